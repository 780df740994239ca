import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { homeOf } from '../../functions/homes/home-of.ts';
import { homeIn, withHome, withoutHome } from '../../shared/home.ts';
import type { Homes } from '../../shared/homes.ts';
import { deviceCodeGrant, jwtBearer, tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { anyText } from '../support/any-text.ts';

const place = { region: 'eu-west-1', functionPrefix: 'pixy-' };
/** As `b` sees them. */
const homes: Homes = {
  here: 'b',
  first: 'a',
  others: new Map([
    ['a', place],
    ['c', place],
  ]),
};
const settings = { homes, issuer: 'https://sign-in.example.com', hooks: { timeout: 5 }, revokesAtSignOut: false };
type Settings = Parameters<typeof homeOf>[2];

type Request = {
  method?: string;
  path?: string;
  query?: string;
  body?: string;
  headers?: Record<string, string>;
  cookies?: string[];
};

const eventOf = ({ method = 'GET', path = '/', query = '', body, headers = {}, cookies = [] }: Request) =>
  ({
    rawPath: path,
    rawQueryString: query,
    headers,
    cookies,
    requestContext: { requestId: 'r', http: { method, path, sourceIp: '192.0.2.1' } },
    ...(body !== undefined && { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }),
  }) as unknown as APIGatewayProxyEventV2;

const at = (name: string, request: Request, given: Settings = settings) => homeOf(name, eventOf(request), given);
const form = (fields: Record<string, string>): Request => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
});
const jwt = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
const pushedBy = (letter: string) =>
  `client_id=spa&request_uri=${encodeURIComponent(`urn:ietf:params:oauth:request_uri:${letter}xyz`)}`;

test('a value with a letter is what it was without', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w-]{2,60}$/), fc.constantFrom('a', 'q', 'z'), (value, home) => {
      expect(homeIn(withHome(home, value))).toBe(home);
      expect(withoutHome(withHome(home, value))).toBe(value);
      expect(withHome(undefined, value)).toBe(value);
      expect([homeIn(value), withoutHome(value)]).toEqual([undefined, value]);
    }),
  );
});

describe('/token', () => {
  test.each([
    ['authorization_code', 'code'],
    ['refresh_token', 'refresh_token'],
    [deviceCodeGrant, 'device_code'],
  ])('%s belongs where the %s says', (grantType, name) => {
    const of = (value: string) => at('token', form({ grant_type: grantType, [name]: value }));
    expect([of('a.xyz'), of('b.xyz'), of('c.xyz')]).toEqual(['a', 'b', 'c']);
    // From before there were letters.
    expect(of('xyz')).toBe('a');
    // No region has it.
    expect([of('z.xyz'), of('A.xyz'), of('ab.xyz')]).toEqual(['b', 'a', 'a']);
    expect(at('token', form({ grant_type: grantType }))).toBeUndefined();
  });

  test('looks at the value of its own grant type alone', () => {
    expect(at('token', form({ grant_type: 'authorization_code', code: 'c.x', refresh_token: 'a.x' }))).toBe('c');
    expect(at('token', form({ grant_type: 'client_credentials', code: 'c.x' }))).toBeUndefined();
    expect(at('token', form({ code: 'c.x' }))).toBeUndefined();
  });

  test('an exchange belongs to the grant of its token, an assertion to the first region', () => {
    const exchanged = (token: string) => at('token', form({ grant_type: tokenExchange, subject_token: token }));
    expect(exchanged(jwt({ grant_id: 'c.x' }))).toBe('c');
    expect(exchanged(jwt({ grant_id: 'x' }))).toBe('a');
    expect(at('token', form({ grant_type: jwtBearer, assertion: 'x.y.z' }))).toBe('a');
  });

  test('is read as the JSON of path aliases, too', () => {
    const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token: 'c.x' });
    expect(at('token', { method: 'POST', body, headers: { 'content-type': 'application/json' } })).toBe('c');
  });

  test.each([
    ['a form that begins like JSON', '{&grant_type=GRANT&assertion=x.y.z', 'application/x-www-form-urlencoded'],
    ['JSON', '{"grant_type":"GRANT","assertion":"x.y.z"}', 'Application/JSON; charset=utf-8'],
  ])('is read by its content type, as it is for the answer (%s)', (_, body, type) => {
    const encoded = type.includes('form') ? encodeURIComponent(jwtBearer) : jwtBearer;
    const request = { method: 'POST', body: body.replace('GRANT', encoded), headers: { 'content-type': type } };
    expect(at('token', request)).toBe('a');
  });

  test('asks nobody for a preflight request', () => {
    expect(
      at('token', { ...form({ grant_type: 'refresh_token', refresh_token: 'c.x' }), method: 'OPTIONS' }),
    ).toBeUndefined();
    expect(at('client-registration', { method: 'OPTIONS' })).toBeUndefined();
  });
});

test.each(['revoke', 'introspect'])('%s belongs to the grant of the token, whatever kind that is', (name) => {
  const of = (token: string) => at(name, form({ token }));
  expect([of('c.refresh'), of(jwt({ grant_id: 'c.x' })), of('refresh'), of(jwt({}))]).toEqual([
    'c',
    'c',
    'a',
    undefined,
  ]);
});

test('/userinfo belongs to the grant of the token, in the header or in the form', () => {
  const token = jwt({ grant_id: 'c.x' });
  expect(at('userinfo', { headers: { authorization: `Bearer ${token}` } })).toBe('c');
  expect(at('userinfo', { headers: { authorization: `DPoP ${token}` } })).toBe('c');
  expect(at('userinfo', form({ access_token: token }))).toBe('c');
  expect(at('userinfo', {})).toBeUndefined();
});

test.each(['authorize', 'authorize-hybrid', 'consent'])(
  '%s belongs where the request was pushed, else here',
  (name) => {
    const path = `/${name}`;
    expect(at(name, { path, query: pushedBy('c.') })).toBe('c');
    expect(at(name, { path, query: pushedBy('') })).toBe('a');
    expect(at(name, { path, query: pushedBy('z.') })).toBe('b');
    expect(at(name, { path, query: 'client_id=spa' })).toBeUndefined();
    expect(at(name, { path, query: 'client_id=pixy-console' })).toBe('a');
  },
);

test('/authorize is read from its form, and the page for consent from its address', () => {
  expect(at('authorize', { path: '/authorize', method: 'POST', body: pushedBy('c.') })).toBe('c');
  expect(at('consent', { path: '/consent', method: 'POST', query: pushedBy('c.'), body: 'decision=allow' })).toBe('c');
});

describe('signing in', () => {
  const of = (query: string, given?: Settings) => at('sign-in', { path: '/sign-in', method: 'POST', query }, given);

  test('for a client is here, or where its request was pushed', () => {
    expect([of('client_id=spa'), of(pushedBy('c.')), of('client_id=pixy-console')]).toEqual([undefined, 'c', 'a']);
  });

  test('for a device is where that waits, and for nothing where accounts are', () => {
    expect([of('user_code=C-BCD-FGH-JKL'), of('user_code=BCD-FGH-JKL'), of('')]).toEqual(['c', 'a', 'a']);
  });

  test('is where accounts are changed if hooks make them', () => {
    for (const hook of ['authenticate', 'migrateAccount']) {
      expect(of(pushedBy('c.'), { ...settings, hooks: { timeout: 5, [hook]: 'arn' } })).toBe('a');
    }
    expect(of('client_id=spa', { ...settings, hooks: { timeout: 5, claims: 'arn' } })).toBeUndefined();
  });

  test.each(['/sign-in/code', '/sign-in/recovery-code'])('goes on at %s where it began', (path) => {
    const waiting = (cookie: string, query = 'client_id=spa', name = '__Host-pixy_pending') =>
      at('sign-in', { path, method: 'POST', query, cookies: [`${name}=${cookie}`] });
    expect([waiting('a.x'), waiting('b.x'), waiting('c.x', pushedBy('a.'))]).toEqual(['a', 'b', 'c']);
    // Of the version before, of a letter that no region has, of another cookie, and of none.
    expect([waiting('x'), waiting('q.x')]).toEqual(['a', 'b']);
    expect([waiting('c.x', undefined, 'pixy_pending'), at('sign-in', { path, query: pushedBy('c.') })]).toEqual([
      undefined,
      'c',
    ]);
  });

  test('with a passkey as well; adding one is a change, and the script is anybody’s', () => {
    expect(at('passkey', { path: '/sign-in/passkey', query: 'client_id=spa' })).toBeUndefined();
    expect(at('passkey', { path: '/sign-in/passkey', query: pushedBy('c.') })).toBe('c');
    const hooks = { timeout: 5, authenticate: 'arn' };
    expect(at('passkey', { path: '/sign-in/passkey', query: 'client_id=spa' }, { ...settings, hooks })).toBe('a');
    expect(at('passkey', { path: '/account/passkey' })).toBe('a');
    expect(at('passkey', { path: '/passkey.js' })).toBeUndefined();
  });
});

test('signing out is here, unless it writes into the account that grants end', () => {
  expect(at('sign-out', { path: '/sign-out' })).toBeUndefined();
  expect(at('sign-out', { path: '/sign-out' }, { ...settings, revokesAtSignOut: true })).toBe('a');
});

test('a user code belongs where its device waits, however it is written', () => {
  expect(at('device', { query: 'user_code=c-bcd-fgh-jkl' })).toBe('c');
  expect(at('device', form({ user_code: 'C BCD FGH JKL' }))).toBe('c');
  expect(at('device', form({ user_code: 'BCDFGHJKL' }))).toBe('a');
  expect(at('device', form({ user_code: 'no code' }))).toBeUndefined();
  expect(at('device', {})).toBeUndefined();
});

test.each(['account', 'admin', 'client-registration', 'console', 'invitation', 'register', 'upstream'])(
  '%s belongs to the first region',
  (name) => {
    expect(at(name, {})).toBe('a');
  },
);

test.each(['metadata', 'par', 'device-authorization'])('%s belongs anywhere', (name) => {
  expect(at(name, form({ code: 'c.x' }))).toBeUndefined();
});

test.each<[string, Request]>([
  ['token', form({ grant_type: 'refresh_token', refresh_token: 'c.x' })],
  ['authorize', { method: 'POST', body: pushedBy('c.') }],
  ['userinfo', form({ access_token: jwt({ grant_id: 'c.x' }) })],
  ['revoke', form({ token: 'c.x' })],
  ['introspect', form({ token: 'c.x' })],
  ['device', form({ user_code: 'C-BCD-FGH-JKL' })],
])('of a body that is too large for /%s nothing is read: it is refused where it arrives', (name, request) => {
  expect(at(name, request)).toBe('c');
  const padded = (bytes: number) => ({ ...request, body: `${request.body ?? ''}&pad=`.padEnd(bytes, 'x') });
  expect(at(name, padded(65_536))).toBe('c');
  expect(at(name, padded(65_537))).toBeUndefined();
});

test('a large document is not even parsed', () => {
  const members = Array.from({ length: 10_000 }, (_, index) => `"m${index}":1`);
  const body = `{${members.join(',')},"token":"c.x"}`;
  const headers = { 'content-type': 'application/json' };
  expect(at('revoke', { method: 'POST', headers, body: '{"token":"c.x"}' })).toBe('c');
  expect(at('revoke', { method: 'POST', headers, body })).toBeUndefined();
});

test('no request is too strange to be let in', () => {
  const names = ['token', 'revoke', 'introspect', 'userinfo', 'authorize', 'consent', 'sign-in', 'device'];
  const strange = fc.record({
    name: fc.constantFrom(...names),
    query: anyText(),
    body: anyText(),
    authorization: anyText(),
  });
  fc.assert(
    fc.property(strange, ({ name, query, body, authorization }) => {
      const home = at(name, { method: 'POST', query, body, headers: { authorization } });
      expect([undefined, 'a', 'b', 'c']).toContain(home);
    }),
  );
});
