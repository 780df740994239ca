import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { anyText } from '../support/any-text.ts';
import { native, spa, type TestClient, web } from '../support/clients.ts';
import { type Answer, formType, send } from '../support/http.ts';
import { withoutOwnScripts } from '../support/markup.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { authorizeTarget, basic, obtainCode, rawBasic } from '../support/protocol.ts';
import { rounds, seedOf, tellDeep } from '../support/rounds.ts';
import { startTestServer } from '../support/server.ts';

const longNamed: TestClient = {
  ...spa,
  client_id: 'a-rather-long-client-id-of-64-characters-like-those-that-are-made',
};

const longestId: TestClient = { ...spa, client_id: '\\'.repeat(255) };

const server = await startTestServer({ clients: [spa, native, web, longNamed, longestId] });
const registeredClients = [spa, native, web, longNamed];
const people = [await signedInPerson(server), newPerson(server)] as const;
const { code, verifier } = await obtainCode(people[0], spa);

const seed = seedOf(7_636);
const bounds = { seed, numRuns: rounds(500, 135_000) };

afterAll(() => {
  const requests = 2 * bounds.numRuns + rounds(150, 30_000);
  tellDeep(`${requests.toLocaleString('en')} random requests with the seed ${seed}`);
});

/** What every request leaves behind: one line of JSON below 400 bytes. */
async function withOneAuditLine<Value extends Answer>(request: Promise<Value>): Promise<Value> {
  const before = server.auditLines.length;
  const answer = await request;
  const lines = server.auditLines.slice(before);
  expect(lines).toHaveLength(1);
  for (const line of lines) {
    expect(Buffer.byteLength(line)).toBeLessThan(400);
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).toMatchObject({ v: 1, verdict: expect.stringMatching(/^(allowed|refused|continued)$/) });
  }
  return answer;
}

const anything = fc.oneof(
  fc.string({ maxLength: 60 }),
  anyText({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'null',
    'undefined',
    '0',
    '-1',
    '1e400',
    '[]',
    '{}',
    '"',
    "'",
    '\\',
    '\r\n',
    '\u0000',
  ),
);

/** A value that means something somewhere, or anything. */
const anyValue = fc.oneof(
  anything,
  fc.constantFrom(
    ...registeredClients.flatMap(({ client_id, redirect_uris }) => [client_id, ...redirect_uris]),
    'code',
    'token',
    'S256',
    'plain',
    's256',
    'openid',
    'openid profile',
    'none',
    'login',
    'query',
    'fragment',
    'form_post',
    'code id_token',
    'authorization_code',
    'refresh_token',
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code,
    verifier,
    web.client_secret ?? '',
    'https://evil.example/',
    'http://127.0.0.1:1234/callback',
    'https://spa.example/callback@evil.example',
  ),
);

/** Text as a client would encode it, or with mistakes. */
const encoded = (value: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 8, arbitrary: value.map((text) => new URLSearchParams({ text }).toString().slice(5)) },
    { weight: 1, arbitrary: fc.stringMatching(/^[!$&'()*+,\-./0-9:;=?@A-Z_a-z~%[\]]{0,20}$/) },
    { weight: 1, arbitrary: fc.constantFrom('%', '%zz', '%ff', '%c0%af', '%00', '%u0041', '+', '%2525', '&&', '=') },
  );

/** Parameters of a request, most of them known, some twice, in any order, as they go over the wire. */
const parameters = (names: readonly string[]) =>
  fc
    .array(
      fc.tuple(encoded(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, anything)), encoded(anyValue)),
      {
        maxLength: 12,
      },
    )
    .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));

/** A request that is right but for up to three of its parameters: gets further than one that is wrong everywhere. */
const nearly = (right: Record<string, string>, names: readonly string[]) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), encoded(anyValue)), { maxLength: 3, selector: ([name]) => name })
    .map((changes) => {
      const rightPairs = Object.entries(right).map(([name, value]) => [name, encodeURIComponent(value)] as const);
      const pairs = new Map([...rightPairs, ...changes]);
      return Array.from(pairs, (pair) => pair.join('=')).join('&');
    });

const authorizationRequest = {
  response_type: 'code',
  client_id: spa.client_id,
  redirect_uri: spa.redirect_uris[0] ?? '',
  scope: 'openid',
  state: 'a-state',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};
const authorizationNames = [
  ...Object.keys(authorizationRequest),
  'prompt',
  'max_age',
  'nonce',
  'login_hint',
  'response_mode',
  'request',
  'request_uri',
  'resource',
  'client_secret',
];

const tokenRequest = {
  grant_type: 'authorization_code',
  client_id: spa.client_id,
  redirect_uri: spa.redirect_uris[0] ?? '',
  code,
  code_verifier: verifier,
};
const tokenNames = [
  ...Object.keys(tokenRequest),
  'client_secret',
  'client_assertion',
  'scope',
  'refresh_token',
  'resource',
];

const registered = registeredClients.flatMap(({ redirect_uris }) => redirect_uris);

/** An address without query and fragment; any port of a loopback address is its own (RFC 8252 §7.3). */
const placeOf = (address: string) =>
  address.replace(/[?#].*$/s, '').replace(/^(http:\/\/(127\.0\.0\.1|\[::1\])):\d+/, '$1');

/** Where the answer takes the person: `back` is a registered redirect URI, by redirect or by a form that posts itself. */
function destinationOf({ status, headers: { location = '', ...headers }, body }: Answer): string {
  const [, action] = /<form method="post" action="([^"]*)">/.exec(body) ?? [];
  if (status === 303)
    return /^\/(sign-in|authorize\/hybrid)\?[\x21-\x7e]*$/.test(location) ? 'on' : `astray: ${location}`;
  if (status === 302 || action !== undefined) {
    return registered.includes(placeOf(action ?? location)) ? 'back' : `astray: ${action ?? location}`;
  }
  return location === '' && headers['content-type'] === 'text/html; charset=utf-8' ? 'page' : `astray: ${status}`;
}

function expectNoHarm({ status, headers, body }: Answer) {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(withoutOwnScripts(body)).not.toMatch(/<script|node_modules|dynamodb/i);
}

describe('H19, H35, H40: whatever is sent', () => {
  const queries = fc.oneof(parameters(authorizationNames), nearly(authorizationRequest, authorizationNames));

  test('/authorize answers with a page or a redirect, and never sends anybody to another place than a registered one', async () => {
    await fc.assert(
      fc.asyncProperty(queries, fc.constantFrom(...people), async (query, person) => {
        const answer = await withOneAuditLine(person.open(`/authorize?${query}`));
        expectNoHarm(answer);
        expect(['back', 'on', 'page']).toContain(destinationOf(answer));
      }),
      bounds,
    );
  });

  test('/sign-in answers with a page', async () => {
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const answer = await newPerson(server).open(`/sign-in?${query}`);
        expectNoHarm(answer);
        expect(destinationOf(answer)).toBe('page');
      }),
      { ...bounds, numRuns: rounds(150, 30_000) },
    );
  });

  const bodies = fc.oneof(
    parameters(tokenNames),
    nearly(tokenRequest, tokenNames),
    anything,
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  const contentTypes = fc.oneof(
    { weight: 6, arbitrary: fc.constant(formType['content-type']) },
    { weight: 1, arbitrary: fc.constantFrom('application/json', 'text/plain', '', ';', 'multipart/form-data') },
    { weight: 1, arbitrary: fc.stringMatching(/^[\x20-\x7e]{0,40}$/) },
  );
  const authorizations = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(basic(web), basic(spa), 'Basic', 'Bearer x') },
    { weight: 1, arbitrary: anything.map(rawBasic) },
    { weight: 1, arbitrary: fc.stringMatching(/^[\x20-\x7e]{0,60}$/) },
  );

  test('/token answers in JSON, and what it answers is a refusal or a token', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, contentTypes, authorizations, async (body, contentType, authorization) => {
        const headers = { 'content-type': contentType, ...(authorization !== undefined && { authorization }) };
        const answer = await withOneAuditLine(send(server.port, '/token', { method: 'POST', headers, body }));
        expectNoHarm(answer);
        expect(answer.headers['content-type']).toBe('application/json');
        expect(answer.headers['cache-control']).toBe('no-store');
        const json = JSON.parse(answer.body);
        expect(Object.keys(json)).toContain(answer.status === 200 ? 'access_token' : 'error');
        expect(json.error_description ?? 'none').toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
      }),
      bounds,
    );
  });
});

describe('PA5: any pushed request', () => {
  const bodies = fc.oneof(
    parameters([...authorizationNames, 'request', 'request_uri', 'client_assertion']),
    nearly({ ...authorizationRequest, client_secret: web.client_secret ?? '' }, authorizationNames),
    anything,
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );

  test('is answered in JSON, with its name or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const sent = { method: 'POST', headers: formType, body };
        const answer = await withOneAuditLine(send(server.port, '/par', sent));
        expectNoHarm(answer);
        expect(answer.headers['content-type']).toBe('application/json');
        expect(Object.keys(JSON.parse(answer.body))).toContain(answer.status === 201 ? 'request_uri' : 'error');
      }),
      bounds,
    );
  });
});

describe('the audit line', () => {
  test('stays below 400 bytes with the longest client id that can be registered', async () => {
    const hexadecimal = { code_challenge: 'ab'.repeat(32), code_challenge_method: 'S256' };
    const refused = await withOneAuditLine(people[0].open(authorizeTarget(longestId, hexadecimal)));
    expect(refused.status).toBe(302);
  });
});
