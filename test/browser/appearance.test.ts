import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { exhaustAttempts, hasFocus, signIn, startBrowserTests } from './browser-tests.ts';
import { desktop, flaws, type Measured, phone } from './flaws.ts';

/* WCAG 2.2, in the sizes and colors that people use. */

const { issuer, server, app, open, startSession } = await startBrowserTests();
const throttled = { ...demoAccount, username: 'ada' };
await exhaustAttempts(server, throttled.username);

/** Every page a person can get to see, and the way there. */
const pages: Record<string, (page: Page) => Promise<unknown>> = {
  'the sign-in page': (page) => page.goto(app.begin().url),
  'the sign-in page after a wrong password': async (page) => {
    await page.goto(app.begin().url);
    await signIn(page, { ...demoAccount, password: 'wrong' });
    await page.getByRole('alert').waitFor();
    await hasFocus(page, 'password');
  },
  'the sign-in page after too many attempts': async (page) => {
    await page.goto(app.begin().url);
    await signIn(page, throttled);
    await page.getByRole('alert').waitFor();
    await hasFocus(page, 'password');
  },
  'the page after a sign-in without an app': async (page) => {
    await page.goto(`${issuer}/sign-in`);
    await signIn(page);
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  },
  'the page that asks before it signs out': async (page) => {
    await startSession(page);
    await page.goto(`${issuer}/sign-out`);
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor();
  },
  'the page after a sign-out': (page) => page.goto(`${issuer}/sign-out`),
  'the error page': (page) => page.goto(app.begin({ redirect_uri: 'https://elsewhere.example/' }).url),
  'the page of all reasons': (page) => page.goto(`${issuer}/errors#code_spent`),
  'the demo page': (page) => page.goto(`${issuer}/demo`),
  'the demo page after a sign-in': async (page) => {
    await startSession(page);
    await page.goto(`${issuer}/demo?start`);
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  },
  'the demo page after a failure': async (page) => {
    await page.goto(`${issuer}/demo?error=access_denied`);
    await page.getByRole('heading', { name: 'This answer belongs to no sign-in' }).waitFor();
  },
  'the page that sends a form to the app': async (page) => {
    await page.route(app.redirectUri, (route) => route.fulfill({ status: 204 }));
    await startSession(page);
    await page.goto(app.begin({ response_mode: 'form_post' }).url, { waitUntil: 'commit' });
    await page.getByRole('heading', { name: 'Going back to the app' }).waitFor();
  },
};

test('every page is readable in light, dark and forced colors, fits 320 pixels, and nothing on it moves', async () => {
  const page = await open({ viewport: desktop });
  for (const [name, reach] of Object.entries(pages)) {
    await page.context().clearCookies();
    await reach(page);
    expect({ name, flaws: await flaws(page) }).toEqual({ name, flaws: [] });
  }
});

test('contrast is measured as WCAG 2.2 defines it', async () => {
  const page = await open();
  const gray = '<p style="color: #777; background: #fff">gray</p>';
  const black = '<div style="background: #fff"><p style="color: rgb(0 0 0 / 100%)">black</p></div>';
  const faint = '<p style="color: rgb(0 0 0 / 50%); background: #fff">faint</p>';
  await page.setContent(gray + black + faint);
  const measured = await page.evaluate<Measured[]>('measure.texts()');
  expect(measured.map(({ contrast }) => contrast.toFixed(2))).toEqual(['4.48', '21.00', '3.98']);
});

test('what has the focus has a ring around it, in light and in dark', async () => {
  const page = await open();
  await page.goto(app.begin().url);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.getByLabel('Username').focus();
    for (const control of ['username', 'password', 'keep', 'button']) {
      const ring = await page.evaluate<Measured & { width: number }>('measure.focusRing()');
      const isSeen = ring.width >= 2 && ring.contrast >= 3;
      expect({ colorScheme, control, ...ring, isSeen }).toMatchObject({ control, isSeen: true });
      await page.keyboard.press('Tab');
    }
  }
});

test('fields, choice and button are large enough for a finger', async () => {
  const page = await open({ viewport: phone, hasTouch: true });
  await page.goto(app.begin().url);
  const controls = await page.evaluate<{ height: number }[]>('measure.controls()');
  expect(controls.length).toBeGreaterThanOrEqual(4);
  expect(Math.min(...controls.map(({ height }) => height))).toBeGreaterThanOrEqual(44);
});

/** What Chrome tells a screen reader: role, name, description and states of everything that has a name. */
async function accessibilityTree(page: Page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, description, properties = [] }) => ({
      role: role?.value as string,
      name: name?.value as string,
      ...(description && { description: description.value as string }),
      ...Object.fromEntries(properties.map((property) => [property.name, property.value.value as unknown])),
    }));
}

test('a screen reader names the page and what is on it, and password managers find the fields: stable names, and what each is for', async () => {
  const page = await open();
  await page.goto(app.begin().url);
  await hasFocus(page, 'username');
  const tree = await accessibilityTree(page);
  expect(tree[0]).toMatchObject({ role: 'RootWebArea', name: 'Sign in' });
  expect(tree.filter(({ role }) => /^(heading|textbox|image)$/.test(role))).toMatchObject([
    { role: 'heading', name: 'Sign in', level: 1 },
    { role: 'textbox', name: 'Username or email address', required: true, invalid: 'false', focused: true },
    { role: 'textbox', name: 'Password', required: true, invalid: 'false' },
  ]);
  expect(tree.find(({ role }) => role === 'checkbox')).toMatchObject({
    name: 'Keep me signed in',
    description: 'Only on your own device.',
  });
  const buttons = tree.filter(({ role }) => role === 'button').map(({ name }) => name);
  expect(buttons).toEqual(['Show password', 'Sign in', 'Sign in with a passkey']);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');

  const fields = await page.evaluate(
    `[...document.querySelectorAll('[type=text], [type=password]')].map(({ labels, name, type, autocomplete }) => ({ label: labels[0].innerText, name, type, autocomplete }))`,
  );
  expect(fields).toEqual([
    { label: 'Username or email address', name: 'username', type: 'text', autocomplete: 'username webauthn' },
    { label: 'Password', name: 'password', type: 'password', autocomplete: 'current-password' },
  ]);
});

test('a screen reader announces a mistake, and says it again with the field it is about', async () => {
  const page = await open();
  await page.goto(app.begin().url);
  await signIn(page, { ...demoAccount, password: 'wrong' });
  await page.getByRole('alert').waitFor();
  await hasFocus(page, 'password');
  const tree = await accessibilityTree(page);
  const sentence = 'The username or the password is not right. Check both and try again.';
  expect(tree[0]).toMatchObject({ name: 'Not signed in: try again' });
  expect(tree.find(({ role }) => role === 'alert')).toMatchObject({ live: 'assertive' });
  expect(tree).toContainEqual(expect.objectContaining({ role: 'StaticText', name: sentence }));
  expect(tree.find(({ name, role }) => role === 'textbox' && name === 'Password')).toMatchObject({
    description: sentence,
    invalid: 'true',
    focused: true,
  });
});
