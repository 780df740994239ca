import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import type { Answer } from '../support/http.ts';
import { withoutOwnScripts } from '../support/markup.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { lookAtEach, signIn, startBrowserTests } from './browser-tests.ts';
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

const { issuer, server, app, open, startSession, trouble } = await startBrowserTests(
  ['Harmless', ...hostileTexts].map(registered),
);

const hostile = hostileTexts.map((payload, index) => ({ payload, client_id: `hostile-${index + 1}` }));

/** An authorization request, for somebody without a browser. */
const target = (more: Record<string, string>) => app.begin(more).url.slice(issuer.length);

type Shape = { elements: number; overhang: number; isPwned: boolean };

/** In what a page would differ if markup had got into it. */
const shape = `elements: document.querySelectorAll('*').length, overhang: measure.overhang(), isPwned: 'pwned' in window`;

/** The pages in the browser, the first of them harmless: its shape, and what there is to see on the others. */
async function shapes(page: Page, answers: Answer[], more = '') {
  const bodies = answers.map(({ body }) => withoutOwnScripts(body));
  const [first, ...others] = await lookAtEach<Shape>(page, bodies, `{ ${shape}, ${more} }`);
  const { elements, overhang, isPwned } = first as Shape;
  expect({ overhang, isPwned }).toEqual({ overhang: 0, isPwned: false });
  return { harmless: { elements, overhang, isPwned }, others };
}

const phone = { viewport: { width: 320, height: 568 } };

test('H30: the name of a client, a login hint, a state, a scope and an error stay text on the sign-in page', async () => {
  const page = await open(phone);
  await page.goto(app.begin({ client_id: 'hostile-0' }).url);
  const stranger = newPerson(server);
  const answers = [await stranger.follow(target({ client_id: 'hostile-0', login_hint: 'somebody' }))];
  for (const { payload, client_id } of hostile) {
    const hints = { login_hint: payload, state: payload, scope: payload, error: payload };
    answers.push(await stranger.open(target({ client_id, ...hints }).replace('/authorize?', '/sign-in?')));
  }
  const texts = `client: document.querySelector('bdi')?.textContent, username: document.querySelector('#username')?.value`;
  const { harmless, others } = await shapes(page, answers, texts);
  expect(others).toEqual(hostileTexts.map((payload) => ({ client: payload, username: payload, ...harmless })));
});

test('H30: a username is text on the page that says that it is wrong', async () => {
  const page = await open(phone);
  await page.goto(app.begin({ client_id: 'hostile-0' }).url);
  await signIn(page, { username: 'somebody', password: 'wrong' });
  await page.getByRole('alert').waitFor();
  const stranger = newPerson(server);
  const form = await stranger.follow(target({ client_id: 'hostile-0' }));
  const answers: Answer[] = [];
  for (const username of ['somebody', ...hostileTexts])
    answers.push(await stranger.submit(form, { username, password: username }));
  const texts = `alert: document.querySelector('[role=alert]')?.textContent, username: document.querySelector('#username')?.value`;
  const { harmless, others } = await shapes(page, answers, texts);
  const alert = 'The username or the password is not right. Check both and try again.';
  expect(others).toEqual(hostileTexts.map((username) => ({ alert, username, ...harmless })));
});

test('H30: a state comes back to the app as it was sent, and stays text on the way', async () => {
  const person = await signedInPerson(server, demoAccount);
  const bodies: string[] = [];
  for (const state of hostileTexts) {
    const { headers } = await person.open(target({ client_id: 'hostile-0', state }));
    expect(new URL(headers.location ?? '').searchParams.get('state')).toBe(state);
    bodies.push((await person.open(target({ client_id: 'hostile-0', response_mode: 'form_post', state }))).body);
  }
  const page = await open();
  await startSession(page);
  const together = hostileTexts.join(' ');
  await page.goto(app.begin({ client_id: 'hostile-0', response_mode: 'form_post', state: together }).url);
  await page.waitForURL(app.redirectUri);
  expect(app.arrivals.at(-1)?.form.get('state')).toBe(together);

  // The other forms are read and sent by the same browser, which need not leave for that.
  await page.evaluate(`(async () => {
    for (const body of ${JSON.stringify(bodies)}) {
      const [form] = new DOMParser().parseFromString(body, 'text/html').forms;
      await fetch(form.action, { method: form.method, body: new URLSearchParams(new FormData(form)) });
    }
  })()`);
  const arrived = app.arrivals.slice(-hostileTexts.length);
  expect(arrived.map(({ form }) => form.get('state'))).toEqual(hostileTexts);
});

test('H30: the error page repeats nothing of the request, and leads nowhere', async () => {
  const page = await open(phone);
  await page.goto(app.begin({ client_id: 'hostile-0', redirect_uri: 'https://elsewhere.example/' }).url);
  const stranger = newPerson(server);
  const answers = [await stranger.open(target({ client_id: 'hostile-0', redirect_uri: 'https://elsewhere.example/' }))];
  for (const { payload, client_id } of hostile) {
    const request = { client_id, redirect_uri: payload, state: payload, scope: payload, error: payload };
    const answer = await stranger.open(target(request));
    expect({ payload, status: answer.status }).toEqual({ payload, status: 400 });
    expect(answer.headers).not.toHaveProperty('location');
    expect(answer.body).not.toContain(payload);
    answers.push(answer);
  }
  const { harmless, others } = await shapes(page, answers);
  const seen = others.map((other, index) => ({ payload: hostileTexts[index], ...other }));
  expect(seen).toEqual(hostileTexts.map((payload) => ({ payload, ...harmless })));
});

test.for([
  'return=//evil.example',
  'redirect_uri=https://evil.example/',
  'client_id=hostile-0&redirect_uri=//evil.example',
])('BP3: signing in with the query %s does not lead off this server', async (query) => {
  const person = newPerson(server);
  const { username, password } = demoAccount;
  const reply = await person.submit(await person.open(`/sign-in?${query}`), { username, password });
  expect(reply.status).toBe(303);
  expect(reply.headers.location).toMatch(/^\/authorize\?/);
  const end = await person.open(reply.headers.location ?? '');
  expect(end.status).toBe(400);
  expect(end.headers).not.toHaveProperty('location');
  expect(end.body).toContain('You cannot sign in from here</h1>');
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
  const frames = pages.map((address) => `<iframe src="${address.replaceAll('&', '&amp;')}"></iframe>`);
  await page.goto(app.serve('/frames', frames.join('')));
  await expect.poll(() => trouble.length).toBe(pages.length);
  for (const message of trouble.splice(0)) expect(message).toContain("frame-ancestors 'none'");
  const blocked = expect.stringMatching(/^chrome-error:/);
  expect(page.frames().map((frame) => frame.url())).toEqual([page.url(), blocked, blocked, blocked]);
});

test('BP15: the app does not learn the address of the sign-in page', async () => {
  const page = await open();
  await page.goto(app.begin({ client_id: 'hostile-0', login_hint: 'demo' }).url);
  await page.getByLabel('Password').fill('pixie-dust');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${app.redirectUri}?**`);
  expect(app.arrivals.at(-1)?.headers).not.toHaveProperty('referer');
});
