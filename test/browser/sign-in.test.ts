import { expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { answerTo, exhaustAttempts, hasFocus, signIn, startBrowserTests } from './browser-tests.ts';
import type { Arrival } from './loopback-app.ts';

const { issuer, server, app, open, startSession } = await startBrowserTests();
const wrong = { ...demoAccount, password: 'pixie-rust' };

test('a person signs in at an app that is a page with JavaScript, the app gets its tokens, and signing out leads back to it', async () => {
  const page = await open();
  await page.goto(`${issuer}/demo?start`);
  await signIn(page);
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  expect(page.url()).toBe(`${issuer}/demo`);
  const decoded = await page.locator('#tokens-result pre').allTextContents();
  expect(decoded.map((text) => JSON.parse(text))).toMatchObject([
    { alg: 'RS256' },
    { iss: issuer, aud: 'demo-app' },
    { typ: 'at+jwt' },
    { client_id: 'demo-app' },
  ]);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'PKCE playground' }).waitFor();
  expect(page.url()).toBe(`${issuer}/demo`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Password').waitFor();
});

test('a person signs in without JavaScript once no field is empty, and a native app gets its tokens at a loopback address', async () => {
  const page = await open({ javaScriptEnabled: false });
  const beginning = app.begin();
  await page.goto(beginning.url);
  await page.getByLabel('Username').fill(demoAccount.username);
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect(await page.locator(':invalid:focus').getAttribute('name')).toBe('password');
  expect(await page.title()).toBe('Sign in');
  await page.getByLabel('Password').fill(demoAccount.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer', scope: 'openid' });
});

test('BP4: the password is answered with 303, so that no redirect takes it along; whoever is signed in comes straight back', async () => {
  const page = await open();
  await page.goto(app.begin().url);
  const reply = await signIn(page);
  expect(reply.status()).toBe(303);
  expect(reply.headers()['location']).toMatch(/^\/authorize\?/);
  await page.waitForURL(`${app.redirectUri}?**`);

  const again = app.begin();
  await page.goto(again.url);
  expect(await app.redeem(page.url(), again)).toMatchObject({ token_type: 'Bearer' });
});

test.for([true, false])(
  'a wrong password is said beside the field and keeps the username (JavaScript: %s)',
  async (javaScriptEnabled) => {
    const page = await open({ javaScriptEnabled });
    await page.goto(app.begin().url);
    await signIn(page, wrong);
    const alert = page.getByRole('alert');
    expect(await alert.textContent()).toBe('The username or the password is not right. Check both and try again.');
    expect(await page.title()).toBe('Not signed in: try again');
    expect(await page.getByLabel('Username').inputValue()).toBe('demo');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    const [field, said] = [await page.getByLabel('Password').boundingBox(), await alert.boundingBox()];
    expect((said?.y ?? 0) - (field?.y ?? 0) - (field?.height ?? 0)).toBeLessThan(16);
    await signIn(page);
    await page.waitForURL(`${app.redirectUri}?**`);
  },
);

test('the keyboard is enough, and the focus is where typing goes on: after a login hint, without one and after a mistake', async () => {
  const page = await open();
  await page.goto(app.begin({ login_hint: 'demo' }).url);
  await hasFocus(page, 'password');
  expect(await page.getByLabel('Username').inputValue()).toBe('demo');
  const beginning = app.begin();
  await page.goto(beginning.url);
  await hasFocus(page, 'username');
  await page.keyboard.type('demo');
  await page.keyboard.press('Tab');
  await page.keyboard.type('a slip');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect(await page.getByLabel('Password').getAttribute('type')).toBe('text');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect(await page.getByLabel('Keep me signed in').isChecked()).toBe(true);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.getByRole('alert').waitFor();
  await hasFocus(page, 'password');
  await page.keyboard.type(demoAccount.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
});

test('too many attempts are told how long to wait, with the focus kept and no word on the password', async () => {
  await exhaustAttempts(server, 'ada');
  const page = await open();
  await page.goto(app.begin().url);
  const reply = await signIn(page, { ...wrong, username: 'ada' });
  expect(reply.status()).toBe(429);
  expect(reply.headers()['retry-after']).toBe('600');
  expect(await page.getByRole('alert').textContent()).toBe(
    'There were too many attempts to sign in. Wait 10 minutes, then try again.',
  );
  expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBeNull();
  await hasFocus(page, 'password');
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
});

test.for([true, false])(
  'form_post: the answer goes to the app in a form (JavaScript: %s)',
  async (javaScriptEnabled) => {
    const page = await open({ javaScriptEnabled });
    await startSession(page);
    const beginning = app.begin({ response_mode: 'form_post' });
    await page.goto(beginning.url);
    if (!javaScriptEnabled) {
      await page.getByRole('heading', { name: 'Going back to the app' }).waitFor();
      await page.getByRole('button', { name: 'Continue' }).click();
    }
    await page.waitForURL(app.redirectUri);
    const { form } = app.arrivals.at(-1) as Arrival;
    expect(await app.redeem(form, beginning)).toMatchObject({ token_type: 'Bearer' });
  },
);

test('whoever comes to sign out without an app is asked first', async () => {
  const page = await open({ javaScriptEnabled: false });
  await startSession(page);
  await page.goto(`${issuer}/sign-out`);
  await page.goto(app.begin().url);
  expect(page.url()).toContain(app.redirectUri);
  await page.goBack();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await page.goto(app.begin().url);
  await page.getByLabel('Password').waitFor();
});

test('the back button leads from the app to an empty form, which still works', async () => {
  const page = await open();
  const beginning = app.begin();
  await page.goto(beginning.url);
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
  await page.goBack();
  expect(await page.getByRole('heading').textContent()).toBe('Sign in');
  expect(await page.getByLabel('Password').inputValue()).toBe('');
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
});

test('the back button leads from the sign-in page out of the demo that started it', async () => {
  const page = await open();
  await page.goto(`${issuer}/errors`);
  await page.goto(`${issuer}/demo?start`);
  await page.waitForURL('**/sign-in?**');
  await page.goBack();
  expect(page.url()).toBe(`${issuer}/errors`);
});

test('the page can be loaded again, before and after a mistake, and does not send the wrong password once more', async () => {
  const page = await open();
  const beginning = app.begin();
  let sent = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST') sent += 1;
  });
  await page.goto(beginning.url);
  await page.reload();
  await signIn(page, wrong);
  await page.getByRole('alert').waitFor();
  await page.reload();
  expect(await page.title()).toBe('Sign in');
  await signIn(page, wrong);
  await page.getByRole('alert').waitFor();
  await page.goto(`${issuer}/errors`);
  await page.goBack();
  expect(await page.title()).toBe('Sign in');
  expect(sent).toBe(2);
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
});

test('two tabs that were opened one after the other both sign in', async () => {
  const first = await open();
  const second = await first.context().newPage();
  const tabs = [first, second].map((page) => ({ page, beginning: app.begin() }));
  for (const { page, beginning } of tabs) await page.goto(beginning.url);
  for (const { page, beginning } of tabs) {
    await signIn(page);
    await page.waitForURL(`${app.redirectUri}?**`);
    expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
  }
});

test('two tabs that were opened at the same moment both sign in', async () => {
  const first = await open();
  const second = await first.context().newPage();
  const tabs = [first, second].map((page) => ({ page, beginning: app.begin() }));
  await Promise.all(tabs.map(({ page, beginning }) => page.goto(beginning.url)));
  for (const { page, beginning } of tabs) {
    const reply = await signIn(page);
    expect(reply.status()).toBe(303);
    await page.waitForURL(`${app.redirectUri}?**`);
    expect(await app.redeem(page.url(), beginning)).toMatchObject({ token_type: 'Bearer' });
  }
});

test('H27: scripts cannot read the cookies, other sites cannot use them, and signing in makes a new session', async () => {
  const page = await open();
  await page.context().addCookies([{ name: 'pixy_session', value: 'planted', url: issuer, httpOnly: true }]);
  await page.goto(app.begin().url);
  expect(await page.evaluate('document.cookie')).toBe('');
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name }) => name).sort()).toEqual(['pixy_form', 'pixy_known', 'pixy_session']);
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({ domain: 'localhost', path: '/', httpOnly: true, sameSite: 'Lax' });
    expect(cookie.value).not.toBe('planted');
  }
});

test('H28: a form on another site cannot sign anybody in', async () => {
  const page = await open();
  await page.goto(`${issuer}/sign-in`);
  const token = await page.locator('[name=form_token]').first().inputValue();
  const trap = app.serve(
    '/trap',
    `<form method="post" action="${issuer}/sign-in"><input name="form_token" value="${token}"><input name="username" value="demo"><input name="password" value="${demoAccount.password}"><button>Win</button></form>`,
  );
  await page.goto(trap);
  const reply = await answerTo(page, () => page.getByRole('button').click());
  expect(reply.status()).toBe(403);
  expect(await page.getByRole('alert').textContent()).toMatch(/^This page was open for too long/);
  expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('pixy_session');
});
