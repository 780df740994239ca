import { beforeEach, describe, expect, test } from 'vitest';
import { documentReader, lifetimeOf } from '../../shared/clients/document-reader.ts';
import { judgeClientUrl } from '../../shared/clients/judge-client-url.ts';
import { readDocument } from '../../shared/clients/read-document.ts';
import { type Clock, stoppedClock } from '../support/clock.ts';
import { startTlsHost } from '../support/tls-host.ts';

const id = 'https://client.example/oauth/client.json';
const document = { client_id: id, client_name: 'Agent', redirect_uris: ['https://agent.example/callback'] };

describe('CI1: a client id', () => {
  const judge = (clientId: string, hosts: 'any' | string[] = 'any') =>
    judgeClientUrl(clientId, { hosts, ownHost: 'sign-in.example', allowLoopback: false });

  test.each([
    'https://sign-in.example/authorize?client_id=https://client.example/a',
    'https://SIGN-IN.example:443/jwks',
    'https://sign-in.example./jwks',
  ])('is never fetched from the server itself, which would ask itself: %s', (clientId) => {
    for (const hosts of ['any' as const, ['sign-in.example']]) {
      expect(judge(clientId, hosts)).toEqual({ ok: false, refusal: 'is on the host of this server' });
    }
  });

  test.each([
    id,
    'https://client.example/a?b=c',
    'https://client.example/.well-known/client',
    'https://client.example/a../b',
  ])('may be %s', (clientId) => {
    expect(judge(clientId).ok).toBe(true);
  });

  test.each([
    ['http://client.example/a', 'is not an https URL of a public host, without a port'],
    ['https://client.example', 'has no path'],
    ['https://client.example/', 'has no path'],
    ['https://client.example?a', 'has no path'],
    ['https://client.example/a/../b', 'has a . or .. segment in its path'],
    ['https://client.example/./b', 'has a . or .. segment in its path'],
    ['https://client.example/a/..', 'has a . or .. segment in its path'],
    ['https://client.example/a/%2e%2E/b', 'has a . or .. segment in its path'],
    ['https://client.example/a/.%2e?x', 'has a . or .. segment in its path'],
    ['https://client.example/a#b', 'has a fragment'],
    ['https://client.example/a#', 'has a fragment'],
    ['https://ada:secret@client.example/a', 'has a user name or password in it'],
    ['https://client.example\\@evil.example/a', 'is not a URL'],
    ['https://client.example/ a', 'is not a URL'],
    ['https://client.example/ä', 'is not a URL'],
    ['https://10.0.0.1/a', 'is not an https URL of a public host, without a port'],
    ['https://[::ffff:127.0.0.1]/a', 'is not an https URL of a public host, without a port'],
    ['https://localhost/a', 'is not an https URL of a public host, without a port'],
    ['http://localhost/a', 'is not an https URL of a public host, without a port'],
    [`https://client.example/${'a'.repeat(240)}`, 'is longer than 255 characters'],
  ])('may not be %s', (clientId, refusal) => {
    expect(judge(clientId)).toEqual({ ok: false, refusal });
  });

  test('may be on one of the listed hosts alone', () => {
    expect(judge(id, ['client.example']).ok).toBe(true);
    for (const host of ['example', 'www.client.example', 'evil-client.example']) {
      expect(judge(id, [host])).toEqual({ ok: false, refusal: 'is on a host that this server does not accept' });
    }
  });
});

describe('a document', () => {
  const read = (members: object, contentType = 'application/json') =>
    readDocument(id, { text: JSON.stringify({ ...document, ...members }), contentType });

  test('becomes a client like every other, without what an operator decides', async () => {
    const ours = { first_party: true, pkce_policy: 'none', may_introspect: true, client_uri: 'https://x.example' };
    expect(await read({ ...ours, grant_types: ['authorization_code', 'client_credentials', 'urn:x'] })).toMatchObject({
      ok: true,
      value: {
        clientId: id,
        clientClass: 'url',
        tokenEndpointAuthMethod: 'none',
        grantTypes: ['authorization_code'],
        firstParty: false,
        scope: [],
        pkce: { policy: 'inherit' },
      },
    });
    expect(await read(ours)).not.toHaveProperty('value.mayIntrospect');
  });

  test('DP11: may say that its tokens are bound to its key', async () => {
    const said = { dpop_bound_access_tokens: true, dpop_nonce_required: true };
    expect(await read(said)).toHaveProperty('value.dpopBoundAccessTokens', true);
    expect(await read(said)).not.toHaveProperty('value.dpopNonceRequired');
  });

  test('PA10: may say that its requests count only when it pushed or signed them', async () => {
    const jwks_uri = 'https://app.example.com/keys';
    const said = { require_pushed_authorization_requests: true, require_signed_request_object: true, jwks_uri };
    expect(await read(said)).toMatchObject({
      value: { requirePushedAuthorizationRequests: true, requireSignedRequestObject: true },
    });
  });

  test.each([null, ''])('DC14: says nothing with members that are %j', async (empty) => {
    const texts = 'client_uri logo_uri policy_uri jwks jwks_uri scope application_type token_endpoint_auth_method';
    const members = Object.fromEntries(texts.split(' ').map((name) => [name, empty]));
    const said = { ...members, client_secret_expires_at: null, grant_types: [], response_types: [] };
    expect(await read(said)).toEqual(await read({ grant_types: undefined, token_endpoint_auth_method: undefined }));
  });

  test.each<[string, unknown]>([
    ['logo_uri', 'http://10.0.0.1/logo.png'],
    ['logo_uri', 'logo.png'],
    ['logo_uri#de', 'javascript:alert(1)'],
    ['client_uri', 'http://localhost/'],
    ['policy_uri', 'javascript:alert(1)'],
    ['tos_uri', ['not a text']],
    ['contacts', 'nobody'],
    ['client_name#ja-Hani-JP', 'Bank\u202eknaB'],
  ])('CI8: is taken as without its %s, which nobody is shown: %j', async (member, value) => {
    const without = await read({});
    expect(without.ok).toBe(true);
    expect(await read({ [member]: value })).toEqual(without);
  });

  test.each([['application/json; charset=utf-8'], ['application/oauth-client+json'], ['APPLICATION/JSON']])(
    'may be served as %s',
    async (contentType) => {
      expect((await read({}, contentType)).ok).toBe(true);
    },
  );

  test.each([['text/html'], ['text/plain'], [''], ['application/jsonp']])(
    'is not served as "%s"',
    async (contentType) => {
      expect(await read({}, contentType)).toEqual({ ok: false, refusal: 'is not served as JSON' });
    },
  );

  test.each(['<html>', '[]', 'null', '"x"', ''])('is not %s', async (text) => {
    const refusal = 'is not a JSON object';
    expect(await readDocument(id, { text, contentType: 'application/json' })).toEqual({ ok: false, refusal });
  });

  test.each<[string, object, string]>([
    ['CI3: another client_id', { client_id: `${id}/` }, 'client_id'],
    ['CI3: its URL in another spelling', { client_id: 'https://CLIENT.example/oauth/client.json' }, 'client_id'],
    ['CI3: no client_id', { client_id: undefined }, 'client_id'],
    ['CI4: a secret', { client_secret: 'x' }, 'has a client_secret,'],
    ['CI4: the end of a secret', { client_secret_expires_at: 0 }, 'has a client_secret_expires_at,'],
    ['CI4: a secret in the form', { token_endpoint_auth_method: 'client_secret_post' }, 'shared secret'],
    ['CI4: a secret for a JWT', { token_endpoint_auth_method: 'client_secret_jwt' }, 'shared secret'],
    ['CI4: a secret beside none', { token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'] }, 'shared'],
    ['CI11: an unknown method', { token_endpoint_auth_method: 'tls_client_auth' }, 'neither none nor private_key_jwt'],
    ['CI11: keys without keys', { token_endpoint_auth_method: 'private_key_jwt' }, 'jwks or jwks_uri'],
    ['CI8: keys inside', { jwks_uri: 'https://169.254.169.254/keys' }, 'jwks_uri is not an https URL'],
    ['no redirect URI', { redirect_uris: undefined }, 'redirect_uris is empty'],
    ['a redirect URI that is a script', { redirect_uris: ['javascript:alert(1)'] }, 'redirect_uris.0'],
    ['a scheme without a dot', { redirect_uris: ['cursor://callback'] }, 'redirect_uris.0'],
    ['a private key', { jwks: { keys: [{ kty: 'EC', d: 'x' }] } }, 'has a private key'],
    ['no code', { grant_types: ['client_credentials'] }, 'grant_types'],
    ['no code as its answer', { response_types: ['token'] }, 'response_types'],
  ])('is refused with %s', async (_, members, because) => {
    expect(await read(members)).toEqual({ ok: false, refusal: expect.stringContaining(because) });
  });

  test('CI12: has a hash of its redirect URIs and keys, in whatever order, and of nothing else', async () => {
    const uris = ['https://a.example/', 'https://b.example/'];
    const hashOf = async (members: object) => {
      const client = await read({ redirect_uris: uris, ...members });
      return client.ok ? client.value.documentHash : client.refusal;
    };
    const hash = await hashOf({});
    expect(await hashOf({ redirect_uris: uris.toReversed(), client_name: 'Other', scope: 'openid' })).toBe(hash);
    expect(await hashOf({ redirect_uris: uris.slice(1) })).not.toBe(hash);
    expect(await hashOf({ jwks_uri: 'https://a.example/jwks', token_endpoint_auth_method: 'none' })).not.toBe(hash);
  });
});

let served: { status: number; headers: Record<string, string>; body: string };
const host = await startTlsHost((_, response) => {
  response.writeHead(served.status, served.headers);
  response.end(served.body);
});

describe('a reader', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stoppedClock();
    served = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) };
  });
  const settings = { hosts: 'any', allowLoopback: false } as const;

  test('H37: shares a fetch among 50 who ask at once', async () => {
    const before = host.asked.length;
    const read = documentReader(settings, clock.now, host.network());
    const found = await Promise.all(Array.from({ length: 50 }, () => read(id)));
    expect(found.every(({ ok }) => ok)).toBe(true);
    expect(host.asked).toHaveLength(before + 1);
  });

  test.each([
    ['', 3_600],
    ['max-age=5', 60],
    ['max-age=600', 600],
    ['public, max-age="7200", must-revalidate', 7_200],
    ['max-age=31536000', 86_400],
    ['no-store, max-age=600', 60],
    ['No-Cache', 60],
    ['max-age=99999999999999999999', 86_400],
    ['max-age=-1', 3_600],
  ])('CI5: keeps a document with Cache-Control "%s" for %i seconds', (cacheControl, seconds) => {
    expect(lifetimeOf(cacheControl)).toBe(seconds);
  });

  test('CI5: fetches again when the time is over, and takes no stale document when that fails', async () => {
    served.headers['cache-control'] = 'max-age=90';
    const read = documentReader(settings, clock.now, host.network());
    expect((await read(id)).ok).toBe(true);
    served = { ...served, status: 500 };
    clock.advance(89);
    expect((await read(id)).ok).toBe(true);
    clock.advance(1);
    expect(await read(id)).toMatchObject({ ok: false, refusal: { reason: 'client_document_refused' } });
  });

  test('CI8: a name that leads inside the second time is no client any more', async () => {
    served.headers['cache-control'] = 'max-age=60';
    const read = documentReader(settings, clock.now, host.network([['93.184.215.14'], ['10.0.0.1']]));
    expect((await read(id)).ok).toBe(true);
    clock.advance(60);
    const because = 'The host of the client_id has an address that is not public.';
    expect(await read(id)).toEqual({ ok: false, refusal: { reason: 'client_document_refused', because } });
  });
});
