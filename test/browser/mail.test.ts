import { expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { composeMail } from '../../shared/pages/mail/compose-mail.ts';
import { mailLooksOf } from '../../shared/pages/mail/mail-look.ts';
import { signIn, startBrowserTests } from './browser-tests.ts';

/* What people do with mail, through the mailbox of the local run. */

const { issuer, app, open } = await startBrowserTests([], {
  environment: { PIXY_MAIL: 'local', PIXY_MAIL_CODES: 'on', PIXY_REGISTRATION: 'on' },
});

test('ML2: without JavaScript, a lost password leads to a mail, from there to a new one, and on to the app', async () => {
  const page = await open({ javaScriptEnabled: false });
  const beginning = app.begin();
  await page.goto(beginning.url);
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await page.getByLabel('Username or email address').fill(demoAccount.username);
  await page.getByRole('button', { name: 'Send the email' }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();

  await page.goto(`${issuer}/demo/mail`);
  await page.getByRole('link', { name: /^Set a new password for/ }).click();
  await page.getByRole('link', { name: 'Set a new password' }).click();
  await page.getByLabel('New password').fill('a new password of the demo');
  await page.getByRole('button').click();
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
});

test('ML3, ML8: without JavaScript, somebody registers, confirms their address, and signs in with a code to it', async () => {
  const page = await open({ javaScriptEnabled: false });
  await page.goto(`${issuer}/register`);
  await page.getByLabel('Username').fill('newcomer');
  await page.getByLabel('Email address').fill('newcomer@example.com');
  await page.getByLabel('New password').fill('quiet orange river');
  await page.getByRole('button').click();
  await page.goto(`${issuer}/demo/mail`);
  await page.getByRole('link', { name: /^Confirm your address for/ }).click();
  await page.getByRole('link', { name: 'Confirm the address' }).click();
  await page.getByRole('button', { name: 'Yes, confirm' }).click();
  await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();

  const other = await open({ javaScriptEnabled: false });
  await other.goto(`${issuer}/sign-in/mail-code`);
  await other.getByLabel('Username or email address').fill('newcomer@example.com');
  await other.getByRole('button', { name: 'Send the code' }).click();
  await page.goto(`${issuer}/demo/mail`);
  const code = /^\d{6}$/m.exec((await page.locator('pre').first().textContent()) ?? '')?.[0] ?? '';
  await other.getByLabel('Code').fill(code);
  await other.getByRole('button', { name: 'Continue' }).click();
  await other.getByRole('heading', { name: 'You are signed in' }).waitFor();
});

test('ML7: a mail fits on a phone, however long the name of its person is', async () => {
  const look = mailLooksOf({}, issuer)('en');
  const letter = { subject: 'x', above: [`Hello ${'w'.repeat(200)},`], below: [`${'x'.repeat(64)}@example.com`] };
  const { html } = await composeMail(look, letter);
  const page = await open({ viewport: { width: 390, height: 844 } });
  await page.setContent(html);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
});

test('a password can be seen while it is typed, and is sent as one', async () => {
  const page = await open();
  await page.goto(`${issuer}/sign-in`);
  await page.getByLabel('Password').fill('to be seen');
  await page.getByRole('button', { name: 'Show password' }).click();
  expect(await page.getByLabel('Password').getAttribute('type')).toBe('text');
  await page.getByRole('button', { name: 'Hide password' }).click();
  expect(await page.getByLabel('Password').getAttribute('type')).toBe('password');
  await page.getByRole('button', { name: 'Show password' }).click();
  await signIn(page, { username: 'nobody', password: 'to be seen' });
  expect(await page.getByLabel('Password').inputValue()).toBe('');
});
