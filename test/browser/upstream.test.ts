import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { grace, startOtherPixy } from '../upstream/other-pixy.ts';
import { startScriptedProvider } from '../upstream/scripted-provider.ts';
import { signIn, startBrowserTests } from './browser-tests.ts';

/* The button of an upstream provider, which is another Pixy here, and so has a page of its own to sign in and to allow. */

const other = await startOtherPixy();
/** One that asks nobody anything, on another host: the cookies of two servers on one host would be the same. */
const silent = await startScriptedProvider();
const described = { id: 'silent', name: 'Silent ID', issuer: silent.issuer, client_id: 'pixy' };
const { issuer, app, open, startSession } = await startBrowserTests([], {
  environment: { PIXY_UPSTREAMS: JSON.stringify([...JSON.parse(other.upstreams), described]) },
  now: () => Math.floor(Date.now() / 1_000),
});
const there = new RegExp(`^${other.issuer}/`);

/** Grace comes from the app, and signs in at the provider. */
async function signInThere(page: Page) {
  const beginning = app.begin();
  await page.goto(beginning.url);
  await page.getByRole('button', { name: 'Continue with The other one' }).click();
  await page.waitForURL(there);
  await signIn(page, grace);
  return beginning;
}

test('whoever says no there is told so here, and can sign in another way', async () => {
  const page = await open();
  const beginning = await signInThere(page);
  await page.getByRole('button', { name: 'Do not allow' }).click();
  expect(await page.getByRole('alert').textContent()).toBe(
    'You were not signed in with The other one, because you or The other one said no.',
  );
  expect(page.url().startsWith(`${issuer}/`)).toBe(true);
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
});

test('a person signs in at the provider, and the app gets its tokens', async () => {
  const page = await open();
  const beginning = await signInThere(page);
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
});

test('the provider asks once what we may know; without JavaScript it works as well', async () => {
  const page = await open({ javaScriptEnabled: false });
  const beginning = await signInThere(page);
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
});

test('S15: whoever is signed in is asked before a provider signs in somebody else; without JavaScript, too', async () => {
  silent.play({ claims: { email: grace.email, email_verified: true } });
  const page = await open({ javaScriptEnabled: false });
  await startSession(page);
  const beginning = app.begin({ idp: 'silent' });
  await page.goto(beginning.url.replace('/authorize?', '/sign-in?'));
  await page.getByRole('heading', { name: 'Change account?' }).waitFor();
  await page.getByRole('link', { name: `Stay signed in as ${demoAccount.username}` }).waitFor();
  await page.getByRole('button', { name: `Continue as ${grace.email}` }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
});

test('an app that knows the provider leads straight there', async () => {
  const page = await open();
  await page.goto(app.begin({ idp: 'pixy' }).url);
  expect(page.url()).toMatch(there);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});
