import { describe, expect, test } from 'vitest';
import { spa, web } from '../support/clients.ts';
import { formType, type Sent, send } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, basic, obtainCode } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const server = await startTestServer({ clients: [spa, web] });
const person = await signedInPerson(server);

const origin = 'https://spa.example';
const call = (target: string, { headers, ...sent }: Sent = {}) =>
  send(server.port, target, { ...sent, headers: { origin, ...headers } });

/** Path → the methods that a preflight request allows. */
const forScripts = {
  '/token': 'POST',
  '/par': 'POST',
  '/device_authorization': 'POST',
  '/revoke': 'POST',
  '/userinfo': 'GET, POST',
  '/.well-known/openid-configuration': 'GET, HEAD',
  '/.well-known/oauth-authorization-server': 'GET, HEAD',
  '/jwks': 'GET, HEAD',
};
const paths = Object.keys(forScripts);
const documents = Object.entries(forScripts).filter(([, methods]) => methods === 'GET, HEAD');
const forPeople = ['/authorize', '/authorize/hybrid', '/sign-in', '/sign-out', '/errors'];

describe('BP13: what scripts of other origins call', () => {
  test.each(Object.entries(forScripts))('%s answers a preflight request', async (target, methods) => {
    const preflight = await call(target, {
      method: 'OPTIONS',
      headers: {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,mcp-protocol-version',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.body).toBe('');
    expect(preflight.headers['access-control-allow-origin']).toBe('*');
    expect(preflight.headers['access-control-allow-methods']).toBe(methods);
    const allowed = preflight.headers['access-control-allow-headers']?.split(', ');
    expect(allowed).toEqual(['authorization', 'content-type', 'mcp-protocol-version']);
  });

  const allowedOf = async (requested?: string) => {
    const asked = requested === undefined ? {} : { 'access-control-request-headers': requested };
    const headers = { 'access-control-request-method': 'POST', ...asked };
    return (await call('/token', { method: 'OPTIONS', headers })).headers['access-control-allow-headers'];
  };

  test('K3: a preflight request is told the headers that it asked for', async () => {
    const tracing = 'baggage,traceparent,tracestate,x-datadog-origin,x-okta-user-agent-extended,x-requested-with';
    expect(await allowedOf(tracing)).toBe(tracing.replaceAll(',', ', '));
  });

  test.each([
    ['nothing when it asked for none', undefined, undefined],
    ['nothing for an empty list', '', undefined],
    ['no header of ours that it did not ask for', 'x-one', 'x-one'],
    ['only names that can be header names', 'x-one, a b,x\u00e9,"q",(c),*,x:y,,x-two', 'x-one, *, x-two'],
    ['no name of more than 100 characters', `x-one,${'x'.repeat(101)}`, 'x-one'],
    ['no more than 50 names', Array.from({ length: 60 }, (_, index) => `x-${index}`).join(','), expect.stringMatching(/^(x-\d+, ){49}x-49$/)],
  ])('K3: it is told %s', async (_, requested, allowed) => {
    expect(await allowedOf(requested)).toEqual(allowed);
  }); // biome-ignore format: a table, one row per line

  test.each(documents)('%s may be read by every origin', async (target) => {
    const { status, headers } = await call(target);
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  test('/token may be read by every origin', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    const form = { grant_type: 'authorization_code', client_id: spa.client_id, code, code_verifier: verifier };
    const { status, headers } = await call('/token', {
      method: 'POST',
      headers: formType,
      body: new URLSearchParams(form).toString(),
    });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  const refusals: [string, Sent, number][] = [
    ['400', { method: 'POST', headers: formType }, 400],
    [
      '401',
      {
        method: 'POST',
        headers: { ...formType, authorization: basic({ ...web, client_secret: 'wrong' }) },
        body: 'grant_type=authorization_code',
      },
      401,
    ],
    ['405', { method: 'PUT' }, 405],
    ['413', { method: 'POST', headers: formType, body: 'x'.repeat(70_000) }, 413],
    ['415', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }, 415],
  ];

  test.each(refusals)('the refusal %s of /token may be read by every origin', async (_, sent, status) => {
    const refused = await call('/token', sent);
    expect(refused.status).toBe(status);
    expect(refused.headers['access-control-allow-origin']).toBe('*');
    expect(refused.headers['access-control-expose-headers']).toBe('www-authenticate, dpop-nonce, retry-after');
  });

  test.each(paths)('%s never takes cookies along', async (target) => {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const { headers } = await call(target, { method });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(headers).not.toHaveProperty('set-cookie');
    }
  });
});

describe('BP13, V9: everything else', () => {
  test.each(forPeople)('%s is for no script of another origin', async (target) => {
    for (const method of ['OPTIONS', 'GET', 'POST', 'HEAD']) {
      const { headers } = await call(target, { method, headers: { 'access-control-request-method': 'GET' } });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });

  test('/introspect is for servers, not for scripts', async () => {
    const { headers } = await call('/introspect', { method: 'OPTIONS' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('the redirect to the client is for no script either', async () => {
    const { status, headers } = await person.open(authorizeTarget(spa), { headers: { origin } });
    expect(status).toBe(302);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});
