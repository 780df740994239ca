import { createHash } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { spa } from '../support/clients.ts';
import { send } from '../support/http.ts';
import {
  authorizePage,
  clientCredentials,
  type FullClient,
  fragmentOf,
  introspect,
  machine,
  mobile,
  obtainTokens,
  portal,
  refreshed,
  revoke,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, claimsOf, headerOf, parametersOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
type Algorithm = (typeof algorithms)[number];

/** A client for each algorithm. */
const clientOf = (algorithm: Algorithm): FullClient => ({
  ...portal,
  client_id: `wants-${algorithm}`,
  response_types: ['code', 'code id_token'],
  id_token_signed_response_alg: algorithm,
});

const server = await startTestServer({
  clients: [spa, mobile, machine, warehouse, ...algorithms.map(clientOf)],
  environment: { PIXY_SIGNING_ALGORITHMS: algorithms.join(' ') },
});
const person = await signedInPerson(server);
const jwks: JSONWebKeySet = JSON.parse((await send(server.port, '/jwks')).body);

const verify = (jwt: string | undefined, audience: string) =>
  jwtVerify(jwt ?? '', createLocalJWKSet(jwks), {
    issuer: server.issuer,
    audience,
    currentDate: new Date(server.clock.now() * 1_000),
  });

/** OpenID Connect Core §3.3.2.11, computed apart from the code under test. */
function halfHash(text: string, algorithm: Algorithm): string {
  const digest = createHash(algorithm === 'EdDSA' ? 'sha512' : 'sha256')
    .update(text)
    .digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

describe('18: several algorithms at once', () => {
  test('K13: have a published key each, in this order, with kid, alg and use', () => {
    expect(jwks.keys.map(({ alg }) => alg)).toEqual(algorithms);
    expect(new Set(jwks.keys.map(({ kid }) => kid)).size).toBe(algorithms.length);
    expect(jwks.keys.every(({ use, kid }) => use === 'sig' && typeof kid === 'string')).toBe(true);
  });

  test('have keys of their kinds', () => {
    const kinds = Object.fromEntries(jwks.keys.map(({ alg, kty, crv }) => [alg, crv ?? kty]));
    expect(kinds).toEqual({ RS256: 'RSA', PS256: 'RSA', ES256: 'P-256', EdDSA: 'Ed25519' });
  });

  test('K17: are of types that every library knows, so that none costs it the whole set', () => {
    const types = jwks.keys.map(({ kty }) => kty);
    expect(types.filter((type = '') => !['RSA', 'EC', 'OKP'].includes(type))).toEqual([]);
  });

  test('H24: publish nothing private', () => {
    const names = jwks.keys.flatMap((key) => Object.keys(key));
    expect(names.filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(name))).toEqual([]);
  });

  test('MD3: are announced', async () => {
    const { body } = await send(server.port, '/.well-known/openid-configuration');
    const announced: string[] = JSON.parse(body).id_token_signing_alg_values_supported;
    expect(announced).toHaveLength(algorithms.length);
    expect(new Set(announced)).toEqual(new Set(algorithms));
  });
});

describe.each(algorithms)('a client that asks for %s', (algorithm) => {
  const client = clientOf(algorithm);

  test('OC6: gets ID tokens that verify with the published key of that algorithm', async () => {
    const { id_token } = await obtainTokens(server, person, client, { nonce: 'n' });
    const { payload, protectedHeader } = await verify(id_token, client.client_id);
    expect(protectedHeader).toEqual({ alg: algorithm, kid: expect.any(String), typ: 'JWT' });
    expect(payload).toMatchObject({ sub: ada.claims.sub, nonce: 'n' });
  });

  test('12.2: gets them at a refresh as well', async () => {
    const { refresh_token } = await obtainTokens(server, person, client);
    const { id_token } = await refreshed(server, client, refresh_token);
    expect((await verify(id_token, client.client_id)).protectedHeader.alg).toBe(algorithm);
  });

  test('OC21: gets the at_hash of the access token beside it, at a refresh as well', async () => {
    const first = await obtainTokens(server, person, client);
    const next = await refreshed(server, client, first.refresh_token);
    for (const { access_token = '', id_token } of [first, next]) {
      expect(claimsOf(id_token)['at_hash']).toBe(halfHash(access_token, algorithm));
    }
  });

  test('OC7: gets the c_hash that belongs to it', async () => {
    const page = await authorizePage(person, client, { response_type: 'code id_token', nonce: 'n' });
    const { code = '', id_token = '' } = fragmentOf(new URL(page.headers.location ?? ''));
    const { payload, protectedHeader } = await verify(id_token, client.client_id);
    expect(protectedHeader.alg).toBe(algorithm);
    expect(payload['c_hash']).toBe(halfHash(code, algorithm));
  });

  test('gets access tokens by the first algorithm, which is what AWS verifies', async () => {
    const { access_token } = await obtainTokens(server, person, client);
    const { protectedHeader } = await verify(access_token, server.issuer);
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: expect.any(String), typ: 'at+jwt' });
  });

  test('gets access tokens that work', async () => {
    const { access_token } = await obtainTokens(server, person, client);
    expect((await userinfo(server, access_token)).status).toBe(200);
    expect((await introspect(server, warehouse, { token: access_token })).json).toMatchObject({ active: true });
    expect((await revoke(server, client, { token: access_token })).status).toBe(200);
    expect((await userinfo(server, access_token)).status).toBe(401);
  });

  test('OC13: is understood when it sends such an ID token as a hint', async () => {
    const { id_token } = await obtainTokens(server, person, client);
    const hinted = authorizeTarget(client, { id_token_hint: id_token, prompt: 'none' });
    expect(parametersOf(await person.authorize(hinted))).toHaveProperty('code');
  });

  test('AT4: gets ID tokens that are no access tokens', async () => {
    const { id_token } = await obtainTokens(server, person, client);
    expect((await userinfo(server, id_token)).status).toBe(401);
  });
});

describe('a client that asks for nothing', () => {
  test('gets the first algorithm', async () => {
    const { id_token } = await obtainTokens(server, person, mobile);
    expect(headerOf(id_token)['alg']).toBe('RS256');
  });

  test('gets it for itself as well', async () => {
    const { json } = await clientCredentials(server, machine);
    expect(headerOf(json.access_token)['alg']).toBe('RS256');
    expect(claimsOf(json.access_token)['sub']).toBe(machine.client_id);
  });
});
