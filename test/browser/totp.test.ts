import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { now, signIn, startBrowserTests } from './browser-tests.ts';

/* All of it without JavaScript. */

let time = now;
const { issuer, app, open, startSession } = await startBrowserTests([], { now: () => time });

const enterCode = async (page: Page, label: string, code: string) => {
  await page.getByLabel(label, { exact: true }).fill(code);
  await page.getByLabel(label, { exact: true }).press('Enter');
};

test('an authenticator app is set up, asked for, and gives way to recovery codes, without JavaScript', async () => {
  const page = await open({ javaScriptEnabled: false });
  await startSession(page);
  await page.goto(`${issuer}/account`);
  await page.getByRole('link', { name: 'Set up' }).click();
  const key = (await page.locator('.secret').textContent()) ?? '';
  const totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(/\s/g, '')) });
  const code = () => totp.generate({ timestamp: time * 1_000 });
  await page.getByRole('img', { name: 'QR code that holds the key below' }).waitFor();

  await enterCode(page, 'Code that the app shows', '000000');
  await page.getByText('That code is not right').waitFor();
  await enterCode(page, 'Code that the app shows', code());
  await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
  const codes = await page.locator('.codes code').allTextContents();
  expect(codes).toHaveLength(10);
  const saved = page.waitForEvent('download');
  const link = page.getByRole('link', { name: 'Save as a text file' });
  await link.click();
  expect((await saved).suggestedFilename()).toBe('recovery-codes.txt');
  const [, text = ''] = ((await link.getAttribute('href')) ?? '').split(',');
  expect(decodeURIComponent(text)).toBe(codes.map((code) => `${code}\r\n`).join(''));
  await page.getByRole('link', { name: 'I have saved them' }).click();
  await page.getByText('You have 10 recovery codes left.').waitFor();
  await page.context().clearCookies();

  await page.goto(app.begin().url);
  await signIn(page);
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor();
  await enterCode(page, 'Code', code());
  await page.getByText('That code has already been used.').waitFor();
  time += 30;
  await enterCode(page, 'Code', code());
  await page.waitForURL(`${app.redirectUri}?**`);
  await page.context().clearCookies();

  await page.goto(app.begin().url);
  await signIn(page);
  await page.getByRole('link', { name: 'Use a recovery code instead' }).click();
  await enterCode(page, 'Recovery code', codes[0] ?? '');
  await page.waitForURL(`${app.redirectUri}?**`);

  await page.goto(`${issuer}/account`);
  await page.getByText('You have 9 recovery codes left.').waitFor();
  await page.getByRole('button', { name: 'Turn off' }).click();
  await page.getByText('The authenticator app is turned off.').waitFor();
  await page.context().clearCookies();
  await page.goto(app.begin().url);
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
});
