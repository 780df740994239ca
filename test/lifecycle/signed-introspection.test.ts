import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { formType, send } from '../support/http.ts';
import { credentialsOf, type FullClient, mobile, obtainTokens, warehouse } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { startTestServer } from '../support/server.ts';

const depot: FullClient = { ...warehouse, client_id: 'depot', introspection_signed_response_alg: 'ES256' };
const archive: FullClient = { ...warehouse, client_id: 'archive', introspection_signed_response_alg: 'EdDSA' };
const silent: FullClient = { ...warehouse, client_id: 'silent', may_introspect: false };
const server = await startTestServer({
  clients: [mobile, warehouse, depot, archive, silent],
  environment: { PIXY_SIGNED_INTROSPECTION: 'on', PIXY_SIGNING_ALGORITHMS: 'RS256 ES256' },
});
const person = await signedInPerson(server);
const signed = 'application/token-introspection+jwt';
const { access_token = '' } = await obtainTokens(server, person, mobile, { scope: 'openid email api:read' });

function introspect(client: FullClient, token: string, accept: string) {
  const { headers, fields } = credentialsOf(client);
  const body = new URLSearchParams({ ...fields, token } as Record<string, string>).toString();
  return send(server.port, '/introspect', { method: 'POST', headers: { ...headers, ...formType, accept }, body });
}

const verify = (jwt: string, audience: string) =>
  jwtVerify(jwt, createRemoteJWKSet(new URL(`${server.issuer}/jwks`)), {
    issuer: server.issuer,
    audience,
    typ: 'token-introspection+jwt',
    currentDate: new Date(server.clock.now() * 1_000),
  });

describe('an introspection with a signature', () => {
  test('IN5: is a JWT for the caller alone, with what the JSON says', async () => {
    const { status, headers, body } = await introspect(warehouse, access_token, signed);
    expect({ status, type: headers['content-type'], stored: headers['cache-control'] }).toEqual({
      status: 200,
      type: signed,
      stored: 'no-store',
    });
    const { payload } = await verify(body, warehouse.client_id);
    const json = JSON.parse((await introspect(warehouse, access_token, 'application/json')).body);
    expect(payload).toEqual({
      iss: server.issuer,
      aud: warehouse.client_id,
      iat: server.clock.now(),
      token_introspection: json,
    });
    expect(json).toMatchObject({ active: true, scope: 'openid email api:read' });
  });

  test('IN5: says no more about a token that is not active than that', async () => {
    const { body } = await introspect(warehouse, 'made-up', signed);
    expect((await verify(body, warehouse.client_id)).payload).toMatchObject({ token_introspection: { active: false } });
  });

  test('IN5: cannot pass for an access token', async () => {
    const { body } = await introspect(warehouse, access_token, signed);
    const again = await introspect(warehouse, body, 'application/json');
    expect(JSON.parse(again.body)).toEqual({ active: false });
    const { status } = await send(server.port, '/userinfo', { headers: { authorization: `Bearer ${body}` } });
    expect(status).toBe(401);
  });

  test('is signed with the algorithm that the client is registered for', async () => {
    expect(decodeProtectedHeader((await introspect(warehouse, access_token, signed)).body).alg).toBe('RS256');
    expect(decodeProtectedHeader((await introspect(depot, access_token, signed)).body).alg).toBe('ES256');
  });

  test('is refused to a client that is registered for an algorithm without a key', async () => {
    const { status, body } = await introspect(archive, access_token, signed);
    expect({ status, reason: JSON.parse(body).reason }).toEqual({
      status: 400,
      reason: 'signing_algorithm_unavailable',
    });
  });

  test.each(['*/*', 'application/*', 'application/json', `text/${signed}`, `application/json, ${signed}; q=0`])(
    'is not what %s asks for',
    async (accept) => {
      const { headers } = await introspect(warehouse, access_token, accept);
      expect(headers['content-type']).toBe('application/json');
    },
  );

  test.each([`application/json;q=0.5, ${signed};q=1`, signed.toUpperCase()])('is what %s asks for', async (accept) => {
    const { headers } = await introspect(warehouse, access_token, accept);
    expect(headers['content-type']).toBe(signed);
  });

  test('is never given to a client that may not introspect', async () => {
    const { status, headers } = await introspect(silent, access_token, signed);
    expect(status).toBe(403);
    expect(headers['content-type']).toBe('application/json');
  });
});

test('the metadata has the algorithms while it is on (RFC 9701 §7)', async () => {
  const { body } = await send(server.port, '/.well-known/oauth-authorization-server');
  expect(JSON.parse(body).introspection_signing_alg_values_supported).toEqual(['RS256', 'ES256']);
});
