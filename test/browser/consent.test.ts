import { expect, test } from 'vitest';
import { signIn, startBrowserTests } from './browser-tests.ts';

/* What a third-party app asks for, and which account it is for; all of it without JavaScript. */

const { app, open, startSession } = await startBrowserTests([
  {
    client_id: 'demo-app',
    client_name: 'Harbor Photos',
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
    scope: 'openid email photos:read',
  },
]);
const withoutScripts = { javaScriptEnabled: false };

test('a person sees who asks for what, does not allow it, and the app is told', async () => {
  const page = await open(withoutScripts);
  const beginning = app.begin({ scope: 'openid email photos:read' });
  await page.goto(beginning.url);
  await signIn(page);
  await page.getByRole('heading', { name: 'Allow Harbor Photos to use your account?' }).waitFor();
  expect(await page.getByRole('listitem').allTextContents()).toEqual([
    'Sign you in, and recognise you next time',
    'See your email address',
    'Use the permission photos:read',
  ]);
  await page.getByText('a program on this device').waitFor();
  await page.getByRole('button', { name: 'Do not allow' }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  const { searchParams } = new URL(page.url());
  expect([searchParams.get('error'), searchParams.get('state')]).toEqual(['access_denied', beginning.state]);
});

test('a person allows it, and the app gets its tokens', async () => {
  const page = await open(withoutScripts);
  await startSession(page);
  const beginning = app.begin({ scope: 'openid email' });
  await page.goto(beginning.url);
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer', scope: 'openid email' });
});

test('the keyboard is enough, and what the page says is in the language of the person', async () => {
  const page = await open({ ...withoutScripts, locale: 'de-DE' });
  await page.goto(app.begin().url);
  await page.locator('[name=username]').fill('demo');
  await page.keyboard.press('Tab');
  await page.keyboard.type('pixie-dust');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /Harbor Photos/ }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  await page.locator('[name=decision][value=allow]').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${app.redirectUri}?**`);
});

test('a person chooses among the accounts of this browser, or takes another one', async () => {
  const page = await open(withoutScripts);
  await startSession(page);
  await page.goto(app.begin().url);
  await page.getByRole('link', { name: 'Use another account' }).click();
  await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
  await page.getByRole('button', { name: 'demo' }).click();
  await page.getByRole('heading', { name: /Allow Harbor Photos/ }).waitFor();
  await page.getByRole('link', { name: 'Use another account' }).click();
  await page.getByRole('button', { name: 'Use another account' }).click();
  await page.getByLabel('Password').waitFor();
});
