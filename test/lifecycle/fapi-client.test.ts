import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { makeProver } from '../../cli/verify/dpop-proof.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import { type FullClient, mobile, obtainTokens } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, headerOf, parametersOf } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

/*
 * A client of the profile fapi2 (FAPI 2.0 Security Profile): what it is refused although its other settings would allow it.
 * test/verify/pixy.test.ts lets it do everything right, and tries what `pixy verify --profile fapi2` tries.
 */

const { privateKey, publicKey } = await generateKeyPair('ES256');
const rsa = await generateKeyPair('RS256');
const ps = await generateKeyPair('PS256');
const bank: FullClient = {
  client_id: 'bank',
  redirect_uris: ['https://bank.example/callback'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: {
    keys: [
      { ...(await exportJWK(publicKey)), kid: 'ec' },
      { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
      { ...(await exportJWK(ps.publicKey)), kid: 'ps' },
    ],
  },
  id_token_signed_response_alg: 'ES256',
  profile: 'fapi2',
};
/** Acts for people, and reads their tokens. */
const agent: FullClient = {
  ...bank,
  client_id: 'agent',
  redirect_uris: [],
  grant_types: [tokenExchange],
  may_introspect: true,
};
const server = await startTestServer({
  clients: [bank, agent, mobile],
  environment: {
    PIXY_SIGNING_ALGORITHMS: 'RS256 ES256',
    PIXY_CODE_LIFETIME: '600',
    PIXY_SIGNED_INTROSPECTION: 'on',
    PIXY_TOKEN_EXCHANGE: 'on',
  },
});

const assertion = (
  aud: string | string[],
  { alg = 'ES256', key = privateKey, kid = 'ec', client_id = bank.client_id } = {},
) =>
  new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg, kid })
    .setIssuer(client_id)
    .setSubject(client_id)
    .setAudience(aud)
    .setIssuedAt(server.clock.now())
    .setExpirationTime(server.clock.now() + 60)
    .sign(key);

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
async function push(changes: Fields = {}, client_assertion?: string) {
  const fields = {
    client_id: bank.client_id,
    response_type: 'code',
    redirect_uri: bank.redirect_uris[0],
    scope: 'openid',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: client_assertion ?? (await assertion(server.issuer)),
    ...changes,
  };
  const { status, body } = await send(server.port, '/par', {
    method: 'POST',
    headers: formType,
    body: encodeFields(fields),
  });
  return { status, ...(JSON.parse(body) as { reason?: string; request_uri?: string }) };
}

/** A signed request that is right in every way, unless `changes` say otherwise; undefined takes a claim away. */
function requestObject(
  changes: JWTPayload = {},
  { alg = 'ES256', key = privateKey, kid = 'ec' } = {},
): Promise<string> {
  const claims = {
    aud: server.issuer,
    nbf: server.clock.now(),
    exp: server.clock.now() + 60,
    client_id: bank.client_id,
    response_type: 'code',
    redirect_uri: bank.redirect_uris[0],
    scope: 'openid',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ alg, kid, typ: 'oauth-authz-req+jwt' })
    .sign(key);
}

describe('a client of the profile fapi2', () => {
  test('FP1: pushes its requests', async () => {
    expect(await push()).toMatchObject({ status: 201, expires_in: expect.any(Number) });
  });

  test('FP2: is refused a request that was not pushed', async () => {
    const person = await signedInPerson(server);
    const redirected = await person.authorize(authorizeTarget(bank));
    expect(parametersOf(redirected)).toMatchObject({ error: 'invalid_request' });
    expect(redirected.searchParams.get('error_uri')).toContain('#pushed_request_required');
  });

  test.each<[string, Fields]>([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['plain', { code_challenge_method: 'plain' }],
    ['a hybrid response type', { response_type: 'code id_token', nonce: 'n' }],
    ['no redirect_uri', { redirect_uri: undefined }],
  ])('FP3 FP10: is refused %s', async (_, changes) => {
    expect((await push(changes)).status).toBe(400);
  });

  test.each<[string, () => Promise<string>]>([
    ['the token endpoint as aud', () => assertion(`${server.issuer}/token`)],
    ['a list with the issuer as aud', () => assertion([server.issuer])],
    ['a signature with RS256', () => assertion(server.issuer, { alg: 'RS256', key: rsa.privateKey, kid: 'rsa' })],
  ])('FP7 FP9: is not authenticated by an assertion with %s', async (_, made) => {
    expect(await push({}, await made())).toMatchObject({ status: 401, reason: 'client_assertion_wrong' });
  });

  test.each([
    ['RS256', rsa.privateKey, 'rsa', { status: 400, reason: 'request_object_invalid' }],
    ['ES256', privateKey, 'ec', { status: 201 }],
  ])('FP7 JAR1: signs its requests with what the profile allows: %s', async (alg, key, kid, expected) => {
    expect(await push({ request: await requestObject({}, { alg, key, kid }) })).toMatchObject(expected);
  });

  test.each<[string, (now: number) => JWTPayload]>([
    ['does not say when they begin', () => ({ nbf: undefined })],
    ['makes them last for over an hour', (now) => ({ nbf: now - 1_800, exp: now + 1_801 })],
  ])('FP11: is refused signed requests when it %s (FAPI 2.0 Message Signing §5.3.1)', async (_, changes) => {
    const request = await requestObject(changes(server.clock.now()));
    expect(await push({ request })).toMatchObject({ status: 400, reason: 'request_object_invalid' });
  });

  test('FP11: signs requests for an hour at most, from when they begin', async () => {
    const now = server.clock.now();
    expect(await push({ request: await requestObject({ nbf: now - 1_800, exp: now + 1_800 }) })).toMatchObject({
      status: 201,
    });
  });

  test('FP7 JARM1: gets signed answers by what the profile allows, though the first algorithm of the server is another', async () => {
    const { request_uri } = await push({ response_mode: 'jwt' });
    const target = `/authorize?${encodeFields({ client_id: bank.client_id, request_uri })}`;
    const redirected = await (await signedInPerson(server)).authorize(target);
    expect(headerOf(redirected.searchParams.get('response') ?? '')).toMatchObject({ alg: 'ES256' });
  });

  /** Sends a form as the agent, with its assertion. */
  const sendAsAgent = async (path: string, fields: Fields, headers: Record<string, string>) => {
    const client_assertion = await assertion(server.issuer, { client_id: agent.client_id });
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const body = encodeFields({ ...fields, client_assertion_type, client_assertion });
    return send(server.port, path, { method: 'POST', headers: { ...formType, ...headers }, body });
  };

  test('FP7 TX1 IN5: what it gets for the token of another client is signed by what the profile allows', async () => {
    const { access_token } = await obtainTokens(server, await signedInPerson(server), mobile, { scope: 'openid' });
    const dpop = makeProver(server.clock.now).prove({ method: 'POST', url: `${server.issuer}/token` });
    const subject = {
      subject_token: access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    const exchanged = await sendAsAgent('/token', { grant_type: tokenExchange, ...subject }, { dpop });
    expect(headerOf(JSON.parse(exchanged.body).access_token)).toMatchObject({ alg: 'ES256' });
    const accept = 'application/token-introspection+jwt';
    expect(headerOf((await sendAsAgent('/introspect', { token: access_token }, { accept })).body)).toMatchObject({
      alg: 'ES256',
    });
  });

  test('FP7: is authenticated by PS256', async () => {
    const made = await assertion(server.issuer, { alg: 'PS256', key: ps.privateKey, kid: 'ps' });
    expect((await push({}, made)).status).toBe(201);
  });

  test.each([
    [59, { token_type: 'DPoP', access_token: expect.any(String), id_token: expect.any(String) }],
    [61, { reason: 'code_expired' }],
  ])('FP4 FP5: has a bound code that is worth nothing after a minute: after %i s', async (seconds, expected) => {
    const person = await signedInPerson(server);
    const { request_uri } = await push();
    const target = `/authorize?${encodeFields({ client_id: bank.client_id, request_uri })}`;
    const { code } = parametersOf(await person.authorize(target));
    server.clock.advance(seconds);
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: bank.redirect_uris[0],
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(server.issuer),
    };
    const dpop = makeProver(server.clock.now).prove({ method: 'POST', url: `${server.issuer}/token` });
    const sent = { method: 'POST', headers: { ...formType, dpop }, body: encodeFields(form) };
    const answer = JSON.parse((await send(server.port, '/token', sent)).body);
    expect(answer).toMatchObject(expected);
    const signed = [answer.access_token, answer.id_token].filter((token) => token !== undefined);
    expect(signed.map((token) => headerOf(token)['alg'])).toEqual(signed.map(() => 'ES256'));
  });
});

describe('what contradicts the profile is refused at registration', () => {
  const { profile: _, ...withoutProfile } = bank;
  test.each<[string, object, string]>([
    ['FP8', { token_endpoint_auth_method: 'none', jwks: undefined }, 'token_endpoint_auth_method'],
    [
      'FP8',
      { token_endpoint_auth_method: 'client_secret_basic', client_secret: 'not a placeholder, but a secret' },
      'token_endpoint_auth_method',
    ],
    ['FP7', { id_token_signed_response_alg: undefined }, 'id_token_signed_response_alg'],
    ['FP7', { id_token_signed_response_alg: 'RS256' }, 'id_token_signed_response_alg'],
    ['FP7', { introspection_signed_response_alg: 'RS256' }, 'introspection_signed_response_alg'],
    ['FP3', { pkce_policy: 'any' }, 'pkce_policy'],
    ['FP1', { require_pushed_authorization_requests: false }, 'require_pushed_authorization_requests'],
    ['FP5', { dpop_bound_access_tokens: false }, 'dpop_bound_access_tokens'],
    ['FP6', { rotate_refresh_tokens: true }, 'rotate_refresh_tokens'],
    ['FP10', { response_types: ['code', 'code id_token'] }, 'response_types'],
  ])('%s: %j', async (_, members, member) => {
    const document = { ...withoutProfile, ...members };
    expect(await parseRegistration({ ...document, profile: 'fapi2' })).toMatchObject({
      ok: false,
      refusal: { member },
    });
    expect(await parseRegistration(document)).toMatchObject({ ok: true });
  });
});
