import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { spa, type TestClient, web } from '../support/clients.ts';
import { type Outage, startDatabaseProxy } from '../support/database-proxy.ts';
import { type Answer, encodeFields, type Fields, formType, type Sent, send } from '../support/http.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import {
  authorizeTarget,
  basic,
  obtainCode,
  parametersOf,
  postToken,
  redeem,
  withoutChallenge,
} from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const app: TestClient = { ...spa, client_id: 'app', redirect_uris: ['https://app.example/callback?tenant=1'] };
const older: TestClient = { ...spa, client_id: 'older', pkce_policy: 'any' };

const database = await startDatabaseProxy();
const server = await startTestServer({ clients: [spa, app, older, web], dynamodb: database.endpoint });
const person = await signedInPerson(server);

const lastDecision = () => JSON.parse(server.auditLines.at(-1) ?? '');

/** Words that only our own side knows. */
const inside = /\bat .*\.[jt]s|node_modules|dynamo|pixy-|arn:aws|Exception|TypeError|SyntaxError|[a-z]+Error:/i;

/** What matters of an answer that ends a request. */
const endOf = ({ status, headers, body }: Answer) => ({
  status,
  type: headers['content-type'],
  leadsTo: headers.location,
  leaves: headers['set-cookie'],
  gaveAway: inside.exec(body)?.[0],
});

/** A page that leads nowhere, leaves nothing behind and gives nothing away. */
const page = (status = 400) => ({ status, type: 'text/html; charset=utf-8' });

/** JSON with nothing but the members of a refusal. */
const json = (status: number) => ({ status, type: 'application/json' });
const refusalMembers = ['error', 'error_description', 'error_uri', 'reason'];

describe('a client or a redirect URI that cannot be trusted: a page without a Location', () => {
  const registered = 'https://app.example/callback?tenant=1';
  const mutations = {
    'host in upper case': 'https://APP.example/callback?tenant=1',
    'scheme in upper case': 'HTTPS://app.example/callback?tenant=1',
    'path in upper case': 'https://app.example/Callback?tenant=1',
    'a slash at the end of the path': 'https://app.example/callback/?tenant=1',
    'more query': `${registered}&more=1`,
    'other query': 'https://app.example/callback?tenant=2',
    'empty query': 'https://app.example/callback?',
    'no query': 'https://app.example/callback',
    'a fragment': `${registered}#x`,
    'an empty fragment': `${registered}#`,
    'dot segments': 'https://app.example/x/../callback?tenant=1',
    'dot segments behind': 'https://app.example/callback/../../evil?tenant=1',
    'encoded dot segments': 'https://app.example/x/%2e%2e/callback?tenant=1',
    'an encoded slash': 'https://app.example%2Fcallback?tenant=1',
    'an encoded letter': 'https://app.example/%63allback?tenant=1',
    'a backslash': 'https://app.example\\callback?tenant=1',
    'a host behind a backslash': 'https://evil.example\\@app.example/callback?tenant=1',
    'user information': 'https://user@app.example/callback?tenant=1',
    'the host as user information': 'https://app.example@evil.example/callback?tenant=1',
    'the default port': 'https://app.example:443/callback?tenant=1',
    'another port': 'https://app.example:8443/callback?tenant=1',
    'a subdomain': 'https://www.app.example/callback?tenant=1',
    'the host as a prefix': 'https://app.example.evil.example/callback?tenant=1',
    'the host as a suffix': 'https://evil-app.example/callback?tenant=1',
    'a dot at the end of the host': 'https://app.example./callback?tenant=1',
    'a longer path': 'https://app.example/callback/more?tenant=1',
    'a shorter path': 'https://app.example/call?tenant=1',
    'the origin alone': 'https://app.example',
    'a wildcard': 'https://*.example/callback?tenant=1',
    http: 'http://app.example/callback?tenant=1',
    'a double slash': 'https://app.example//callback?tenant=1',
    'no scheme': '//app.example/callback?tenant=1',
    'the path alone': '/callback?tenant=1',
    'a tab': 'https://app.example/call\tback?tenant=1',
    'a line break': `${registered}\r\nLocation: https://evil.example/`,
    'a space in front': ` ${registered}`,
    'a space behind': `${registered} `,
    'a NUL': `${registered}\u0000`,
    'a unicode dot': 'https://app\u3002example/callback?tenant=1',
    'a unicode look-alike': 'https://\u0430pp.example/callback?tenant=1',
    'encoded twice': encodeURIComponent(registered),
    javascript: 'javascript:alert(1)//https://app.example/callback?tenant=1',
    data: 'data:text/html,<script>alert(1)</script>',
    'both, with a comma': `${registered},https://evil.example/`,
    '5,000 characters more': `${registered}${'x'.repeat(5_000)}`,
  };

  test.each(Object.entries(mutations))('BP1, OA8: a redirect URI with %s', async (_, redirect_uri) => {
    expect(endOf(await person.open(authorizeTarget(app, { redirect_uri })))).toEqual(page());
    expect(lastDecision()).toEqual({
      v: 1,
      time: server.clock.now(),
      request: expect.any(String),
      endpoint: 'authorize',
      verdict: 'refused',
      client: app.client_id,
      reason: 'redirect_uri_not_registered',
    });
  });

  test('BP1: the same for a request that has other mistakes too', async () => {
    const redirect_uri = 'https://evil.example/';
    const mistakes = { redirect_uri, response_type: 'token', scope: '"', prompt: 'none', ...withoutChallenge };
    expect(endOf(await person.open(authorizeTarget(app, mistakes)))).toEqual(page());
  });

  test.each([
    ['nobody', 'nobody'],
    ['a client in another case', 'APP'],
    ['a client with a space', 'app '],
    ['__proto__', '__proto__'],
    ['NUL', 'app\u0000'],
    ['markup', '"><script>alert(1)</script>'],
    ['a line of a log', 'app"}\n{"verdict":"allowed"'],
    ['3,000 characters', 'x'.repeat(3_000)],
  ])('OA8: an unknown client: %s', async (_, client_id) => {
    expect(endOf(await person.open(authorizeTarget(app, { client_id })))).toEqual(page());
    expect(lastDecision()).toMatchObject({ verdict: 'refused', reason: 'client_unknown' });
    expect(lastDecision()).not.toHaveProperty('client');
  });
});

describe('an authorization request that cannot be read', () => {
  const pages: [string, string][] = [
    ['1,000 parameters', Array.from({ length: 1_000 }, (_, index) => `p${index}=1`).join('&')],
    ['a name in broken percent-encoding', '%zz=1'],
    ['a name that is not UTF-8', '%ff%fe=1'],
  ];

  test.each(pages)('%s: a page', async (_, appended) => {
    expect(endOf(await person.open(`${authorizeTarget(app)}&${appended}`))).toEqual(page());
  });

  test.each([
    ['a value in broken percent-encoding', 'nonce=%'],
    ['a value that is not UTF-8', 'nonce=%c0%af'],
    ['a value that ends in the middle of a letter', 'nonce=%f0%9f%a6'],
    ['the same name in two encodings', 'scop%65=openid'],
    ['a method of the challenge with NUL', 'code_challenge_method=%00'],
  ])('%s: a redirect with the error', async (_, appended) => {
    const refused = parametersOf(await person.authorize(`${authorizeTarget(app)}&${appended}`));
    expect(refused).toMatchObject({ error: 'invalid_request', state: 'a-state', iss: server.issuer });
  });

  test.each(['__proto__=1', 'constructor=1', 'a[]=1&a[b]=2', '__proto__[x]=1', '=1', '&&&', '%00=1', 'toString'])(
    'H35: %s means nothing',
    async (appended) => {
      const granted = parametersOf(await person.authorize(`${authorizeTarget(app)}&${appended}`));
      expect(granted).toHaveProperty('code');
    },
  );

  test('H13: a query that is larger than the gateway takes is 431', async () => {
    expect((await person.open(authorizeTarget(app, { more: 'x'.repeat(12_000) }))).status).toBe(431);
  });

  test.each([
    ['JSON', { 'content-type': 'application/json' }, '{"client_id":"app"}', 415],
    ['no content type', {}, 'client_id=app', 415],
    ['70 KB', formType, `state=${'x'.repeat(70_000)}`, 413],
    ['nothing', formType, '', 400],
    ['broken percent-encoding', formType, 'client_id=%zz', 400],
  ])('a POST with %s: a page', async (_, headers, body, status) => {
    expect(endOf(await person.open('/authorize', { method: 'POST', headers, body }))).toEqual(page(status));
  });
});

describe('a code challenge that the policy does not admit: invalid_request, and what to change', () => {
  const { verifier, challenge } = pkcePair();

  test.each([
    ['no challenge', spa, withoutChallenge, /Send code_challenge=.*S256/],
    ['plain where S256 is demanded', spa, { code_challenge: verifier, code_challenge_method: 'plain' }, /S256/],
    ['no method where S256 is demanded', spa, { code_challenge_method: undefined }, /Send code_challenge_method=S256/],
    ['a short challenge', spa, { code_challenge: challenge.slice(1) }, /exactly 43 characters/],
    ['a long challenge', spa, { code_challenge: `${challenge}A` }, /exactly 43 characters/],
    ['a challenge in another alphabet', spa, { code_challenge: `${'A'.repeat(42)}+` }, /URL-safe alphabet/],
    ['a short plain challenge', older, { code_challenge: 'short', code_challenge_method: 'plain' }, /43 to 128/],
  ])('%s', async (_, client, changes: Fields, advice) => {
    const refused = parametersOf(await person.authorize(authorizeTarget(client, changes)));
    expect(refused.error).toBe('invalid_request');
    expect(refused.error_description).toMatch(advice);
  });
});

describe('a token request that cannot be read: 4xx in JSON', () => {
  const form = encodeFields({ grant_type: 'authorization_code', client_id: spa.client_id, code: 'x' });
  const post = (body: string | Buffer, headers: Sent['headers'] = formType): Sent => ({
    method: 'POST',
    headers,
    body,
  });

  const requests: [string, Sent, number][] = [
    ['GET', { method: 'GET' }, 405],
    ['PUT', { ...post(form), method: 'PUT' }, 405],
    ['DELETE', { method: 'DELETE' }, 405],
    ['PROPFIND', { method: 'PROPFIND' }, 405],
    ['JSON', post('{"grant_type":"authorization_code"}', { 'content-type': 'application/json' }), 415],
    ['a form of many parts', post(form, { 'content-type': 'multipart/form-data; boundary=x' }), 415],
    ['plain text', post(form, { 'content-type': 'text/plain' }), 415],
    ['no content type', post(form, {}), 415],
    ['an empty content type', post(form, { 'content-type': '' }), 415],
    ['an odd content type', post(form, { 'content-type': ';;;=' }), 415],
    [
      'a content type that only begins right',
      post(form, { 'content-type': 'application/x-www-form-urlencodedx' }),
      415,
    ],
    ['two content types', post(form, { 'Content-Type': [formType['content-type'], 'application/json'] }), 415],
    ['no body', post(''), 400],
    ['1 MB', post(`${form}&more=${'x'.repeat(1_048_576)}`), 413],
    ['1 MB of ampersands', post('&'.repeat(1_048_576)), 413],
    ['60 KB of ampersands', post('&'.repeat(60_000)), 400],
    ['1,000 parameters', post(`${form}&${Array.from({ length: 1_000 }, (_, i) => `p${i}=1`).join('&')}`), 400],
    ['1,000 times the same', post(`${form}&${'a=1&'.repeat(1_000)}`), 400],
    ['__proto__', post('__proto__=1&constructor=2&__proto__[grant_type]=authorization_code'), 400],
    ['arrays', post('grant_type[]=authorization_code&client_id[]=spa'), 400],
    ['NUL', post('grant_type=%00&client_id=%00&code=%00'), 401],
    ['raw NUL and control characters', post('grant_type=\u0000\u0001&client_id=\u0007'), 401],
    ['broken percent-encoding', post(`${form}&code_verifier=%`), 400],
    ['a broken name', post(`${form}&%zz=1`), 400],
    ['bytes that are not UTF-8', post(Buffer.from([0x63, 0x3d, 0xff, 0xfe])), 400],
    ['percent-encoding that is not UTF-8', post(`${form}&code_verifier=%ff`), 400],
    ['compressed text', post(gzipSync(form), { ...formType, 'content-encoding': 'gzip' }), 400],
    ['malformed Basic', post(form, { ...formType, authorization: 'Basic %%%' }), 401],
    ['Basic without a colon', post(form, { ...formType, authorization: 'Basic d2Vi' }), 401],
    [
      '8 KB of Basic, for another client',
      post(form, { ...formType, authorization: `Basic ${'QTpB'.repeat(2_000)}` }),
      400,
    ],
  ];

  test.each(requests)('OA10, OA3, H35: %s', async (_, sent, status) => {
    const answer = await send(server.port, '/token', sent);
    expect(endOf(answer)).toEqual(json(status));
    expect(Object.keys(JSON.parse(answer.body))).toEqual(refusalMembers);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('H35: a parameter called __proto__ changes no object', async () => {
    await send(
      server.port,
      '/token',
      post('__proto__[polluted]=1&__proto__.polluted=1&constructor.prototype.polluted=1'),
    );
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test('a body that is larger than the gateway takes is 413', async () => {
    const answer = await send(server.port, '/token', post('x'.repeat(11 * 1_024 * 1_024)));
    expect(answer.status).toBe(413);
  });
});

describe('a verifier or a code that does not fit: 400 invalid_grant with a reason', () => {
  const verifiers = {
    'a wrong verifier': [pkcePair().verifier, 'code_verifier_mismatch'],
    'no verifier': [undefined, 'code_verifier_required'],
    'a short verifier': ['short', 'code_verifier_malformed'],
    'a long verifier': ['x'.repeat(129), 'code_verifier_malformed'],
    'a verifier beyond ASCII': ['é'.repeat(50), 'code_verifier_malformed'],
  } as const;

  test.each(Object.entries(verifiers))('%s', async (_, [code_verifier, reason]) => {
    const { code } = await obtainCode(person, spa);
    const refused = await redeem(server, spa, { code, code_verifier });
    expect(endOf(refused)).toEqual(json(400));
    expect(refused.json).toMatchObject({ error: 'invalid_grant', reason });
  });
});

describe('DynamoDB is down: 503, temporarily unavailable, with Retry-After', () => {
  // The pause before another attempt is a random part of a second or two.
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0.01);
  });
  afterEach(() => vi.restoreAllMocks());

  const outages: [string, Outage][] = [
    ['unreachable', 'cut'],
    ['failing', { status: 500, type: 'InternalServerError' }],
    ['forbidden', { status: 400, type: 'AccessDeniedException' }],
    ['without its table', { status: 400, type: 'ResourceNotFoundException' }],
    ['throttling', { status: 400, type: 'ThrottlingException' }],
  ];

  describe.each(outages)('%s', (_, outage) => {
    test('/token: JSON, never invalid_grant, and the code can still be redeemed', async () => {
      const { code, verifier } = await obtainCode(person, spa);
      const failed = await database.during(outage, () => redeem(server, spa, { code, code_verifier: verifier }));
      expect(failed).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
      expect(Number(failed.headers['retry-after'])).toBeGreaterThan(0);
      expect(failed.headers['cache-control']).toBe('no-store');
      expect(failed.headers['access-control-allow-origin']).toBe('*');
      expect(failed.body, 'H20').not.toMatch(inside);
      expect(failed.json).not.toHaveProperty('access_token');
      expect((await redeem(server, spa, { code, code_verifier: verifier })).status).toBe(200);
    });

    test('/authorize: a page, and no code', async () => {
      const failed = await database.during(outage, () => person.open(authorizeTarget(spa)));
      expect(endOf(failed)).toEqual(page(503));
      expect(Number(failed.headers['retry-after'])).toBeGreaterThan(0);
      expect(failed.headers['x-frame-options']).toBe('DENY');
    });
  });

  const outage: Outage = { status: 500, type: 'InternalServerError' };

  test('H9: a client that cannot be read is not an unknown client, and not one without PKCE', async () => {
    server.clock.advance(31);
    const [authorized, token] = await database.during(outage, () =>
      Promise.all([
        person.open(authorizeTarget(web, withoutChallenge)),
        postToken(server, { grant_type: 'authorization_code', code: 'x' }, { authorization: basic(web) }),
      ]),
    );
    expect(endOf(authorized)).toEqual(page(503));
    expect(token).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
    expect(parametersOf(await person.authorize(authorizeTarget(web, withoutChallenge)))).toHaveProperty('code');
  });

  test('signing in: a page, no session, and the attempt is not lost', async () => {
    const stranger = newPerson(server);
    const form = await stranger.open('/sign-in');
    const { username, password } = ada;
    const failed = await database.during(outage, () => stranger.submit(form, { username, password }));
    expect(endOf(failed)).toEqual(page(503));
    expect(Number(failed.headers['retry-after'])).toBeGreaterThan(0);
    expect((await stranger.submit(form, { username, password })).status).toBe(200);
  });

  test('the metadata: JSON', async () => {
    server.clock.advance(301);
    const failed = await database.during(outage, () => send(server.port, '/.well-known/openid-configuration'));
    expect(failed.status).toBe(503);
    expect(JSON.parse(failed.body)).toMatchObject({ error: 'temporarily_unavailable' });
    expect((await send(server.port, '/.well-known/openid-configuration')).status).toBe(200);
  });

  test('H18, H20: the audit line names the kind of failure and nothing else', async () => {
    await database.during(outage, () => person.open(authorizeTarget(spa)));
    expect(lastDecision()).toEqual({
      v: 1,
      time: server.clock.now(),
      request: expect.any(String),
      endpoint: 'authorize',
      verdict: 'failed',
      reason: 'store_unavailable',
      cause: expect.stringMatching(/^[\w <]+$/),
    });
  });
});
