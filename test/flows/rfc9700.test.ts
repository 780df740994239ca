import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { native, spa, type TestClient, web } from '../support/clients.ts';
import { encodeFields, type Fields, send } from '../support/http.ts';
import { withoutOwnScripts } from '../support/markup.ts';
import { isSignInPage, newPerson, type Page, signedInPerson } from '../support/person.ts';
import {
  authorizeTarget,
  obtainCode,
  parametersOf,
  redeem,
  responseOf,
  withoutChallenge,
} from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const desktop: TestClient = { ...spa, client_id: 'desktop', redirect_uris: ['http://localhost/callback?from=desktop'] };

const server = await startTestServer({ clients: [spa, native, web, desktop] });
const person = await signedInPerson(server);

const open = (client: TestClient, changes: Fields) => person.open(authorizeTarget(client, changes));

describe('2.1: loopback redirect URIs (RFC 8252 §7.3)', () => {
  test.each([
    'http://127.0.0.1/callback',
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:49152/callback',
    'http://127.0.0.1:65535/callback',
    'http://[::1]:49152/callback',
    'com.example.app:/callback',
  ])('BP2, N1, N3: %s is accepted, and redeemed', async (redirect_uri) => {
    const { code, verifier, redirected } = await obtainCode(person, native, { redirect_uri });
    expect(redirected.href.startsWith(`${redirect_uri}?code=`)).toBe(true);
    expect((await redeem(server, native, { code, code_verifier: verifier, redirect_uri })).status).toBe(200);
  });

  test('OA15: the port at /token is the port of the authorization request', async () => {
    const { code, verifier } = await obtainCode(person, native, { redirect_uri: 'http://127.0.0.1:49152/callback' });
    const redirect_uri = 'http://127.0.0.1:49153/callback';
    const refused = await redeem(server, native, { code, code_verifier: verifier, redirect_uri });
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  test('N2: localhost has any port where it is registered, with the registered query', async () => {
    const redirect_uri = 'http://localhost:8765/callback?from=desktop';
    const { href } = await person.authorize(authorizeTarget(desktop, { redirect_uri }));
    expect(href.startsWith(`${redirect_uri}&code=`)).toBe(true);
  });

  test.each([
    'http://127.0.0.1:49152/other',
    'http://127.0.0.1:49152/callback/',
    'http://127.0.0.1:49152/callback?x=1',
    'http://127.0.0.1:49152/callback#fragment',
    'http://127.0.0.1:49152/../callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:-1/callback',
    'http://127.0.0.1:80a/callback',
    'http://127.0.0.1:80:80/callback',
    'http://127.0.0.1:49152@evil.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://evil.example@127.0.0.1:49152/callback',
    'http://localhost:49152/callback',
    'http://127.0.0.2:49152/callback',
    'http://127.1:49152/callback',
    'http://0x7f000001:49152/callback',
    'http://2130706433:49152/callback',
    'http://[::ffff:127.0.0.1]:49152/callback',
    'http://[0:0:0:0:0:0:0:1]:49152/callback',
    'http://0.0.0.0:49152/callback',
    'https://127.0.0.1:49152/callback',
    'HTTP://127.0.0.1:49152/callback',
    'com.example.app:/callback/',
    'com.example.app://callback',
    'com.example.app:callback',
    'COM.example.app:/callback',
    'com.example.app.evil:/callback',
  ])('N8: %s is not one of them', async (redirect_uri) => {
    const page = await open(native, { redirect_uri });
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });

  test('N8: the port of an https redirect URI is exact', async () => {
    const page = await open(spa, { redirect_uri: 'https://spa.example:8443/callback' });
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });

  test('BP5, N6: a native app without PKCE is refused', async () => {
    const redirected = await person.authorize(authorizeTarget(native, withoutChallenge));
    expect(parametersOf(redirected)).toMatchObject({ error: 'invalid_request' });
  });
});

describe('4.11: no open redirector', () => {
  const elsewhere = [
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    'https://evil.example/',
    '%0d%0aLocation:x',
  ];

  test.each(elsewhere)(
    'BP3: signing in with %s in the query leads to /authorize and from there nowhere',
    async (place) => {
      const parameters = encodeFields(Object.fromEntries(['redirect_uri', 'return_to', 'next'].map((n) => [n, place])));
      for (const query of [parameters, `${place}=1`, `client_id=${spa.client_id}&${parameters}`]) {
        const stranger = newPerson(server);
        const form = await stranger.open(`/sign-in?${query}`);
        const signedIn = await stranger.submit(form, { username: ada.username, password: ada.password });
        expect(signedIn.status).toBe(303);
        expect(signedIn.headers.location).toMatch(/^\/authorize\?/);
        const page = await stranger.open(signedIn.headers.location ?? '');
        expect(page.status).toBe(400);
        expect(page.headers).not.toHaveProperty('location');
      }
    },
  );

  test.each(elsewhere)('BP3: %s after the path leads nowhere', async (place) => {
    for (const path of ['/authorize', '/sign-in', '/token']) {
      const { status, headers } = await send(server.port, `${path}/${place.replaceAll('\\', '%5c')}`);
      expect(status).toBe(404);
      expect(headers).not.toHaveProperty('location');
    }
  });
});

describe('4.12: redirects', () => {
  test('BP4, V13: the answer to a password is 303, so that it is not posted on to the client', async () => {
    const stranger = newPerson(server);
    const form = await stranger.follow(authorizeTarget(spa));
    const answer = await stranger.submit(form, { username: ada.username, password: ada.password });
    expect(answer.status).toBe(303);
  });
});

describe('2.1.2: no access token from the authorization endpoint', () => {
  test.each(['token', 'id_token', 'id_token token', 'code token', 'code id_token token', 'token code'])(
    'BP9: response_type=%s is refused',
    async (response_type) => {
      const redirected = await person.authorize(authorizeTarget(spa, { response_type, nonce: 'n' }));
      const answer = Object.fromEntries(new URLSearchParams(redirected.hash.slice(1)));
      expect(answer).toMatchObject({ error: 'unsupported_response_type' });
      expect(answer).not.toHaveProperty('access_token');
      expect(redirected.search).toBe('');
    },
  );
});

describe('2.4: no password ever reaches a client', () => {
  test.each(['password', 'urn:ietf:params:oauth:grant-type:saml2-bearer', 'implicit'])(
    'BP12: grant_type=%s is refused',
    async (grant_type) => {
      const { username, password } = ada;
      const refused = await redeem(server, web, { grant_type, username, password });
      expect(refused).toMatchObject({ status: 400, json: { error: 'unsupported_grant_type' } });
    },
  );
});

describe('4.5: code injection', () => {
  test('BP18: a code of one person does not work in the session of another', async () => {
    const victim = await obtainCode(person, web);
    const attacker = await obtainCode(await signedInPerson(server), web);
    const injected = await redeem(server, web, { code: victim.code, code_verifier: attacker.verifier });
    expect(injected).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });
});

describe('4.13: what proxies add is not believed', () => {
  const spoofed = {
    host: 'evil.localhost',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-prefix': '/evil',
    forwarded: 'for=203.0.113.9;host=evil.example;proto=https',
    'x-original-url': '/evil',
    'x-client-cert': 'evil',
    'x-amzn-mtls-clientcert': 'evil',
  };

  test('BP20, H16: forwarding headers and Host change nothing', async () => {
    const honest = await person.open(authorizeTarget(spa));
    const spoofedAnswer = await person.open(authorizeTarget(spa), { headers: spoofed });
    const withoutCode = ({ status, headers }: Page) => [status, headers.location?.replace(/code=[\w-]+/, '')];
    expect(withoutCode(spoofedAnswer)).toEqual(withoutCode(honest));
  });

  test('BP20, H16: nor does anything of them appear in a page or in the metadata', async () => {
    for (const target of ['/.well-known/openid-configuration', '/authorize', '/sign-in', '/jwks', '/errors']) {
      const { headers, body } = await send(server.port, target, { headers: spoofed });
      expect(JSON.stringify(headers) + body).not.toMatch(/evil|203\.0\.113\.9/);
    }
  });
});

const pages: [string, Page][] = [
  ['the sign-in page', await newPerson(server).follow(authorizeTarget(spa))],
  ['the sign-in page after a wrong password', await wrongPassword()],
  ['the page after signing in', await signedInPage()],
  ['the error page of /authorize', await person.open('/authorize')],
  ['the error page of /sign-in', await person.open('/sign-in', { method: 'POST' })],
  ['the page of a wrong method', await person.open('/authorize', { method: 'PUT' })],
  ['the page of an unreadable query', await person.open('/sign-in?%zz')],
  ['the sign-out page', await (await signedInPerson(server)).open('/sign-out')],
  ['the error reference', await person.open('/errors')],
];

async function wrongPassword(): Promise<Page> {
  const stranger = newPerson(server);
  return stranger.submit(await stranger.open('/sign-in'), { username: 'nobody', password: 'wrong' });
}

async function signedInPage(): Promise<Page> {
  const stranger = newPerson(server);
  const { username, password } = ada;
  return stranger.submit(await stranger.open('/sign-in'), { username, password });
}

describe('4.16, 4.2.4: every page', () => {
  test.each(pages)('BP23, H29: %s cannot be framed', (_, { headers }) => {
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
  });

  test.each(pages)('BP15, H29: %s tells no other site where the person was', (_, { headers, body }) => {
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(body).not.toMatch(/(src|action|srcset)="?(https?:)?\/\//);
    expect(withoutOwnScripts(body)).not.toMatch(/<(script|iframe|img|object|embed|base)\b|url\(['"]?(https?:)?\/\//);
  });

  test.each(pages)('H29: %s has a strict policy for content and transport', (_, { headers }) => {
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d{8,}/);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
  });

  test.each(pages.slice(0, -1))('H29: %s is kept by nobody', (_, { headers }) => {
    expect(headers['cache-control']).toBe('no-store');
  });

  test('H29: redirects are kept by nobody either', async () => {
    const toSignIn = await newPerson(server).open(authorizeTarget(spa));
    const toClient = await person.open(authorizeTarget(spa));
    for (const { headers } of [toSignIn, toClient]) {
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['referrer-policy']).toBe('no-referrer');
    }
  });
});

describe('the page that posts the answer to the client (form_post)', () => {
  const load = (changes: Fields = {}) =>
    person.arrive(authorizeTarget(spa, { response_mode: 'form_post', ...changes }));

  test('BP23, H29: cannot be framed, and is kept by nobody', async () => {
    const { status, headers } = await load();
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'cache-control': 'no-store' });
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' });
  });

  test('H29: runs the one script that its policy names by hash', async () => {
    const { headers, body } = await load();
    const scripts = Array.from(body.matchAll(/<script>(.*?)<\/script>/gs), ([, script = '']) => script);
    expect(scripts).toHaveLength(1);
    const sources = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
    expect(headers['content-security-policy']).toContain(`script-src ${sources.join(' ')}`);
    expect(headers['content-security-policy']).not.toContain('unsafe');
  });

  test('OA8: posts to the registered redirect URI alone', async () => {
    const { body } = await load();
    expect(body.match(/action="[^"]*"/g)).toEqual([`action="${spa.redirect_uris[0]}"`]);
    const refused = await person.open(
      authorizeTarget(spa, { response_mode: 'form_post', redirect_uri: 'https://evil.example/' }),
    );
    expect(refused.status).toBe(400);
    expect(refused.body).not.toMatch(/<form|evil/);
  });

  test('OA16, H30: gives back the state byte for byte, as text', async () => {
    const state = `"><script>alert(1)</script> größe 🦄 &amp; + %20`;
    const page = await load({ state });
    expect(responseOf(page).state).toBe(state);
    expect(page.body.match(/<script/g)).toHaveLength(1);
  });
});

describe('markup from outside', () => {
  const payloads = [
    `"><script>alert(1)</script>`,
    `' autofocus onfocus='alert(1)`,
    '<img src=x onerror=alert(1)>',
    '{{7*7}}',
  ];

  test.each(payloads)('H30: is text on the sign-in page: %s', async (payload) => {
    const stranger = newPerson(server);
    const query = encodeFields({ client_id: spa.client_id, login_hint: payload, state: payload, scope: payload });
    const shown = await stranger.open(`/sign-in?${query}`);
    const wrong = await stranger.submit(shown, { username: payload, password: payload });
    for (const { body } of [shown, wrong]) {
      expect(isSignInPage({ status: 200, headers: {}, body })).toBe(true);
      expect(withoutOwnScripts(body)).not.toMatch(/<(script|img)\b/);
      expect(body).not.toContain(` onfocus='`);
    }
  });

  test.each(payloads)('H30: is not on the error page at all: %s', async (payload) => {
    const target = `/authorize?${encodeFields({ client_id: payload, redirect_uri: payload, error: payload })}`;
    expect((await person.open(target)).body).not.toContain(payload);
  });
});
