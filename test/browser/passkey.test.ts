import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { tables } from '../support/server.ts';
import { answerTo, signIn, startBrowserTests } from './browser-tests.ts';

const { issuer, app, open, startSession } = await startBrowserTests();

const key = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

/** A device that can make passkeys and recognises its person, in the browser of this page. */
async function withAuthenticator(page: Page, options: Partial<typeof key> | { isUserVerified: false } = {}) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...key, ...options },
  });
  return {
    credentials: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    verified: (isUserVerified: boolean) =>
      devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    present: (enabled: boolean) =>
      devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
  };
}

/** Takes autofill away, so that only the button is left. */
const withoutAutofill = (page: Page) =>
  page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false');

/** Makes a passkey on the page for it, as somebody who is signed in. */
async function makePasskey(page: Page, name: string): Promise<void> {
  await startSession(page);
  await page.goto(`${issuer}/account/passkey`);
  await addPasskey(page, name);
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name of the passkey').fill(name);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('The passkey has been added.').waitFor();
}

/** The link of somebody new. */
async function invite(username: string): Promise<string> {
  const accounts = accountStore(openDatabase(), tables.people);
  const now = Math.floor(Date.now() / 1_000);
  const added = await accounts.add({ username, claims: {} }, now);
  if (!added.ok) throw new Error(added.refusal.reason);
  const { token, invitation } = newLink(added.value.sub, 'invitation', now);
  await accounts.invite(added.value.sub, invitation);
  return `${issuer}/invitation?token=${token}`;
}

const signOut = (page: Page) => page.context().clearCookies();

test('somebody makes a passkey, one on each device, and signs in with it by its button', async () => {
  const page = await open();
  await withoutAutofill(page);
  const device = await withAuthenticator(page);
  await page.goto(`${issuer}/sign-in`);
  await signIn(page);
  await page.getByRole('link', { name: 'Go to your account' }).click();
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await addPasskey(page, 'Laptop');
  expect(await page.getByRole('listitem').filter({ hasText: 'Laptop' }).textContent()).toContain('never used');
  expect(await device.credentials()).toMatchObject([
    { isResidentCredential: true, rpId: 'localhost', userName: 'demo' },
  ]);

  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('alert').waitFor();
  expect(await device.credentials()).toHaveLength(1);
  await signOut(page);

  await page.goto(app.begin().url);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(new URL(page.url()).searchParams.get('code')).toMatch(/^[\w-]{65,404}$/);
  await page.goto(`${issuer}/account`);
  expect(await page.getByRole('listitem').filter({ hasText: 'Laptop' }).textContent()).toContain('last used now');
});

test('autofill signs in: nobody types or presses anything on the page', async () => {
  const page = await open();
  const device = await withAuthenticator(page);
  await makePasskey(page, 'Phone');
  await signOut(page);
  await device.present(true);
  await page.goto(app.begin().url);
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(new URL(page.url()).searchParams.has('code')).toBe(true);
});

test('the fields for username and password stay first, and tell autofill that passkeys are welcome', async () => {
  const page = await open();
  await withAuthenticator(page);
  await page.goto(`${issuer}/sign-in`);
  expect(await page.getByLabel('Username').getAttribute('autocomplete')).toBe('username webauthn');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
  await signIn(page);
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
});

test('a passkey that was removed signs nobody in, and the page says so', async () => {
  const page = await open();
  await withoutAutofill(page);
  await withAuthenticator(page);
  await makePasskey(page, 'Old key');
  const item = page.getByRole('listitem').filter({ hasText: 'Old key' });
  await item.locator('summary').click();
  await item.getByLabel('Name', { exact: true }).fill('Older key');
  await item.getByRole('button', { name: 'Rename: Old key' }).click();
  await page.getByText('The passkey has been renamed.').waitFor();
  await page.getByRole('button', { name: 'Remove: Older key' }).click();
  await page.getByText('The passkey has been removed.').waitFor();
  await signOut(page);

  await page.goto(app.begin().url);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('We do not recognise that passkey.').waitFor();
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
});

test('without a passkey for this site the button says that it did not work, and the password still does', async () => {
  const page = await open();
  await withoutAutofill(page);
  await withAuthenticator(page);
  await page.goto(`${issuer}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('The passkey did not work.').waitFor();
  await signIn(page);
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
});

test('a device that does not recognise its person signs nobody in; once it does, "keep me signed in" counts as well', async () => {
  const page = await open();
  await withoutAutofill(page);
  const device = await withAuthenticator(page);
  await makePasskey(page, 'Stolen');
  await signOut(page);
  await device.verified(false);
  await page.goto(`${issuer}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('The passkey did not work.').waitFor();
  await page.goto(`${issuer}/account`);
  expect(new URL(page.url()).pathname).toBe('/sign-in');

  await device.verified(true);
  await page.getByLabel('Keep me signed in').check();
  const answer = await answerTo(page, () => page.getByRole('button', { name: 'Sign in with a passkey' }).click());
  expect(answer.status()).toBe(303);
  const [session] = (await page.context().cookies()).filter(({ name }) => name === 'pixy_session');
  expect(session?.expires).toBeGreaterThan(Date.now() / 1_000 + 86_400);
});

test('without JavaScript there is no button that does nothing, and the password works', async () => {
  const page = await open({ javaScriptEnabled: false });
  await page.goto(app.begin().url);
  expect(await page.getByRole('button').allTextContents()).toEqual(['Sign in']);
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
  await page.goto(`${issuer}/account/passkey`);
  await page.getByText('This browser cannot make passkeys, or JavaScript is switched off.').waitFor();
  expect(await page.getByRole('button').count()).toBe(0);
});

test('somebody who is invited makes a passkey in place of a password, and signs in with it', async () => {
  const page = await open();
  await withoutAutofill(page);
  const device = await withAuthenticator(page);
  await page.goto(await invite('grace'));
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  expect(await device.credentials()).toMatchObject([{ isResidentCredential: true, userName: 'grace' }]);
  await signOut(page);

  await page.goto(app.begin().url);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  await page.goto(`${issuer}/account`);
  await page.getByText('You are signed in as grace.').waitFor();
});

test('without JavaScript an invitation asks for a password, and has no button that does nothing', async () => {
  const page = await open({ javaScriptEnabled: false });
  await page.goto(await invite('hedy'));
  expect(await page.getByRole('button').allTextContents()).toEqual(['Save password']);
  await page.getByLabel('New password').fill('quiet orange river');
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
});
