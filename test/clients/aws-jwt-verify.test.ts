import { JwtVerifier } from 'aws-jwt-verify';
import { JwtInvalidAudienceError, JwtInvalidScopeError, JwtInvalidSignatureError } from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { describe, expect, test } from 'vitest';
import { send } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  machine,
  mobile,
  obtainTokens,
  registerApi,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf, headerOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const elliptic: FullClient = { ...mobile, client_id: 'elliptic', id_token_signed_response_alg: 'ES256' };
const edwards: FullClient = { ...mobile, client_id: 'edwards', id_token_signed_response_alg: 'EdDSA' };

const server = await startTestServer({
  clients: [mobile, elliptic, edwards, machine],
  clock: 'system',
  environment: { PIXY_SIGNING_ALGORITHMS: 'RS256 ES256 EdDSA' },
});
const catalog = 'https://api.example/catalog';
await registerApi({ resource: catalog, scope: ['api:read'] });
const person = await signedInPerson(server);

/** The library fetches by https alone; its documented way to another transport is a fetcher of one's own. */
const fetcher = { fetch: async (uri: string) => (await fetch(uri)).arrayBuffer() };

const verifierFor = (audience: string, more: { scope?: string } = {}) =>
  JwtVerifier.create(
    { issuer: server.issuer, audience, jwksUri: `${server.issuer}/jwks`, ...more },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  );

const newTokens = (client: FullClient = mobile) =>
  obtainTokens(server, person, client, { scope: 'openid email api:read' });

describe('aws-jwt-verify as the resource server', () => {
  test('verifies an access token for the issuer and the audience', async () => {
    const { access_token = '' } = await newTokens();
    const payload = await verifierFor(server.issuer).verify(access_token);
    expect(payload).toMatchObject({ sub: ada.claims.sub, client_id: mobile.client_id });
  });

  test('verifies the scope', async () => {
    const { access_token = '' } = await newTokens();
    expect(await verifierFor(server.issuer, { scope: 'api:read' }).verify(access_token)).toHaveProperty('jti');
    const refused = verifierFor(server.issuer, { scope: 'api:write' }).verify(access_token);
    await expect(refused).rejects.toBeInstanceOf(JwtInvalidScopeError);
  });

  test('RI4: verifies a token for an API, and refuses it for another one', async () => {
    const { json } = await clientCredentials(server, machine, { resource: catalog });
    const token = json.access_token ?? '';
    expect(await verifierFor(catalog).verify(token)).toMatchObject({ sub: machine.client_id, aud: catalog });
    const refused = verifierFor(server.issuer).verify(token);
    await expect(refused).rejects.toBeInstanceOf(JwtInvalidAudienceError);
  });

  test.each<[string, FullClient]>([
    ['RS256', mobile],
    ['ES256', elliptic],
    ['EdDSA', edwards],
  ])('verifies an ID token for the client: %s', async (_, client) => {
    const { id_token = '' } = await newTokens(client);
    expect(await verifierFor(client.client_id).verify(id_token)).toMatchObject({ sub: ada.claims.sub });
  });

  test('AT4: refuses another signature', async () => {
    const [one, other] = [await newTokens(), await newTokens()];
    const [header, payload] = (one.access_token ?? '').split('.');
    const forged = `${header}.${payload}.${other.access_token?.split('.')[2]}`;
    const refused = verifierFor(server.issuer).verify(forged);
    await expect(refused).rejects.toBeInstanceOf(JwtInvalidSignatureError);
  });

  test('AT4: refuses an ID token where it wants the audience of access tokens', async () => {
    const { id_token = '' } = await newTokens();
    const refused = verifierFor(server.issuer).verify(id_token);
    await expect(refused).rejects.toBeInstanceOf(JwtInvalidAudienceError);
  });

  test('reads the JWKS once for many tokens', async () => {
    const fetched: string[] = [];
    const counting = {
      fetch(uri: string) {
        fetched.push(uri);
        return fetcher.fetch(uri);
      },
    };
    const verifier = JwtVerifier.create(
      { issuer: server.issuer, audience: server.issuer, jwksUri: `${server.issuer}/jwks` },
      { jwksCache: new SimpleJwksCache({ fetcher: counting }) },
    );
    for (const { access_token = '' } of [await newTokens(), await newTokens()]) await verifier.verify(access_token);
    expect(fetched).toEqual([`${server.issuer}/jwks`]);
  });

  test('AT6: finds the kid of every token in the JWKS', async () => {
    const { keys } = JSON.parse((await send(server.port, '/jwks')).body) as { keys: { kid: string; alg: string }[] };
    const { access_token = '' } = await newTokens();
    const { kid, alg } = headerOf(access_token);
    expect(keys.find((key) => key.kid === kid)?.alg).toBe(alg);
    expect(claimsOf(access_token)['scope']).toBeTypeOf('string');
  });
});
