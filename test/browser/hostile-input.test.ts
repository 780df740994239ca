import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { signIn, startBrowserTests } from './browser-tests.ts';
import { hostileTexts } from './hostile-texts.ts';

/* H30: whatever a stranger can put on a page stays text. */

const registered = (client_name: string, index: number) => ({
  client_id: `hostile-${index}`,
  client_name,
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
  pkce_policy: 'S256',
  first_party: true,
});

const { issuer, app, open, trouble } = await startBrowserTests(['Harmless', ...hostileTexts].map(registered));

const hostile = hostileTexts.map((payload, index) => ({ payload, client_id: `hostile-${index + 1}` }));

/** In what a page would differ if markup had got into it. */
const shape = (page: Page) =>
  page.evaluate<{ elements: number; overhang: number; isPwned: boolean }>(
    `({ elements: document.querySelectorAll('*').length, overhang: measure.overhang(), isPwned: 'pwned' in window })`,
  );

const phone = { viewport: { width: 320, height: 568 } };

test('H30: the name of a client, a login hint, a state, a scope and an error stay text on the sign-in page', async () => {
  const page = await open(phone);
  await page.goto(app.begin({ client_id: 'hostile-0', login_hint: 'somebody' }).url);
  const harmless = await shape(page);
  expect(harmless).toMatchObject({ overhang: 0, isPwned: false });
  for (const { payload, client_id } of hostile) {
    const hints = { login_hint: payload, state: payload, scope: payload, error: payload };
    await page.goto(app.begin({ client_id, ...hints }).url.replace('/authorize?', '/sign-in?'));
    expect(await page.locator('bdi').textContent()).toBe(payload);
    expect(await page.getByLabel('Username').inputValue()).toBe(payload);
    expect({ payload, ...(await shape(page)) }).toEqual({ payload, ...harmless });
  }
});

/** Fills in the form and sends it, in the page itself: typing takes longer than everything else. */
const send = `(text) => {
  const { elements } = document.forms[0];
  elements.username.value = text;
  elements.password.value = text;
  document.forms[0].requestSubmit();
}`;

test('H30: a username is text on the page that says that it is wrong', async () => {
  const page = await open(phone);
  await page.goto(app.begin({ client_id: 'hostile-0' }).url);
  await signIn(page, { username: 'somebody', password: 'wrong' });
  await page.getByRole('alert').waitFor();
  const harmless = await shape(page);
  for (const { payload } of hostile) {
    const loaded = page.waitForEvent('load');
    await page.evaluate(`(${send})(${JSON.stringify(payload)})`);
    await loaded;
    expect(await page.getByLabel('Username').inputValue()).toBe(payload);
    expect({ payload, ...(await shape(page)) }).toEqual({ payload, ...harmless });
  }
});

test('H30: a state comes back to the app as it was sent, and stays text on the way', async () => {
  const page = await open();
  await page.goto(app.begin({ client_id: 'hostile-0' }).url);
  await signIn(page);
  await page.waitForURL(`${app.redirectUri}?**`);
  for (const { payload } of hostile) {
    const redirected = await page.request.get(app.begin({ client_id: 'hostile-0', state: payload }).url);
    expect(new URL(redirected.url()).searchParams.get('state')).toBe(payload);
    await page.goto(app.begin({ client_id: 'hostile-0', response_mode: 'form_post', state: payload }).url);
    await page.waitForURL(app.redirectUri);
    expect(app.arrivals.at(-1)?.form?.get('state')).toBe(payload);
  }
});

test('H30: the error page repeats nothing of the request, and leads nowhere', async () => {
  const page = await open();
  await page.goto(app.begin({ client_id: 'hostile-0', redirect_uri: 'https://elsewhere.example/' }).url);
  const harmless = await shape(page);
  for (const { payload, client_id } of hostile) {
    const request = { client_id, redirect_uri: payload, state: payload, scope: payload, error: payload };
    const reply = await page.goto(app.begin(request).url);
    expect({ payload, status: reply?.status() }).toEqual({ payload, status: 400 });
    expect(reply?.headers()).not.toHaveProperty('location');
    expect(await reply?.text()).not.toContain(payload);
    expect({ payload, ...(await shape(page)) }).toEqual({ payload, ...harmless });
  }
});

test.for([
  'return=//evil.example',
  'redirect_uri=https://evil.example/',
  'client_id=hostile-0&redirect_uri=//evil.example',
])('BP3: signing in with the query %s does not lead off this server', async (query) => {
  const page = await open();
  await page.goto(`${issuer}/sign-in?${query}`);
  const reply = await signIn(page);
  expect(reply.status()).toBe(303);
  expect(reply.headers()['location']).toMatch(/^\/authorize\?/);
  await page.getByRole('heading', { name: 'You cannot sign in from here' }).waitFor();
  expect(new URL(page.url()).origin).toBe(issuer);
});

test('H30: a script or a style that got into a page all the same would do nothing', async () => {
  const page = await open();
  await page.goto(app.begin({ client_id: 'hostile-0' }).url);
  await page.evaluate(`document.querySelector('form').insertAdjacentHTML('beforeend',
    '<img src="data:," onerror="pwned = 1"><style>button { display: none }</style>')`);
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { textContent: 'pwned = 1' }))`,
  );
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { src: '${app.redirectUri}.js' }))`,
  );
  await expect.poll(() => trouble.length).toBe(4);
  for (const message of trouble.splice(0))
    expect(message).toMatch(/(script|style)-src|script-src-(elem|attr)|default-src/);
  expect(await page.evaluate(`'pwned' in window`)).toBe(false);
  expect(await page.getByRole('button', { name: 'Sign in', exact: true }).isVisible()).toBe(true);
});

test('BP23, H29: no page can be put into a frame', async () => {
  const page = await open();
  const pages = [app.begin({ client_id: 'hostile-0' }).url, app.begin({ client_id: 'nobody' }).url, `${issuer}/errors`];
  for (const address of pages) {
    await page.goto(app.serve('/frame', `<iframe src="${address.replaceAll('&', '&amp;')}"></iframe>`));
    await expect.poll(() => trouble.length).toBeGreaterThan(0);
    expect(trouble.splice(0).join()).toContain("frame-ancestors 'none'");
    expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  }
});

test('BP15: the app does not learn the address of the sign-in page', async () => {
  const page = await open();
  await page.goto(app.begin({ client_id: 'hostile-0', login_hint: 'demo' }).url);
  await page.getByLabel('Password').fill('pixie-dust');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(app.arrivals.at(-1)?.headers).not.toHaveProperty('referer');
});
