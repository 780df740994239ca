import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { newPerson } from '../support/person.ts';
import { startBrowserTests } from './browser-tests.ts';

const { issuer, server, app, open } = await startBrowserTests();

const isInView = (page: Page, id: string) =>
  page.evaluate<boolean>(
    `(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(document.getElementById('${id}').getBoundingClientRect())`,
  );

test('a redirect URI that is not registered ends on a page that says so in plain words, and goes nowhere', async () => {
  const page = await open();
  const reply = await page.goto(app.begin({ redirect_uri: 'https://elsewhere.example/callback' }).url);
  expect(reply?.status()).toBe(400);
  expect(reply?.headers()['location']).toBeUndefined();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You cannot sign in from here');
  const text = await page.locator('main').textContent();
  expect(text).toContain('we did not sign you in');
  expect(text).toContain('Go back to the app and try again.');
  expect(await page.content()).not.toContain('elsewhere');
});

test('every reason has an entry of its own, to which the error page, the error_uri that an app gets and the entry itself lead', async () => {
  const page = await open();
  await page.goto(app.begin({ client_id: 'nobody' }).url);
  await page.getByRole('link', { name: 'client_unknown' }).click();
  await page.waitForURL('**/errors#client_unknown');
  expect(await isInView(page, 'client_unknown')).toBe(true);
  const ids = await page.evaluate<string[]>(`[...document.querySelectorAll('section[id]')].map(({ id }) => id)`);
  expect(ids).toEqual(Object.keys(refusalCatalogue));
  await page.getByRole('link', { name: 'code_spent', exact: true }).click();
  expect(await isInView(page, 'code_spent')).toBe(true);
  expect(await page.locator(':target').textContent()).toContain(refusalCatalogue.code_spent.fix);

  await page.goto(app.begin({ code_challenge: '' }).url);
  const answer = new URL(page.url()).searchParams;
  expect(answer.get('error')).toBe('invalid_request');
  await page.goto(answer.get('error_uri') ?? '');
  expect(page.url()).toMatch(/\/errors#code_challenge_\w+$/);
  expect(await isInView(page, new URL(page.url()).hash.slice(1))).toBe(true);
});

const isolation = {
  'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
};

test.for([
  ['the sign-in page', app.begin().url, 'no-store'],
  ['the error page', app.begin({ client_id: 'nobody' }).url, 'no-store'],
  ['the page after a sign-out', `${issuer}/sign-out`, 'no-store'],
  ['the page of all reasons', `${issuer}/errors`, expect.stringContaining('max-age')],
] as const)('H29, BP23: %s comes with the headers that isolate it', async ([, address, cacheControl]) => {
  const { headers } = await newPerson(server).follow(address.slice(issuer.length));
  expect(headers).toMatchObject({ ...isolation, 'cache-control': cacheControl });
});

test('BP15: a page asks for nothing but itself and our own script', async () => {
  const page = await open();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${issuer}/sign-in`);
  await page.goto(app.begin({ client_id: 'nobody' }).url);
  await page.goto(`${issuer}/errors`);
  await page.waitForLoadState('networkidle');
  expect(asked.filter((path) => !path.startsWith('image/'))).toEqual([
    '/sign-in',
    '/passkey.js',
    '/authorize',
    '/errors',
  ]);
});
