import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { newProof, newProofPair } from '../support/dpop.ts';
import { encodeFields, formType, type Sent, send } from '../support/http.ts';
import { clientCredentials, credentialsOf, type FullClient, machine, mobile } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf, obtainCode } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

/* A deployment in which every proof needs a nonce, and which is reached by the paths of other servers, too. */

const issuer = 'https://sign-in.example.com';
const manager: FullClient = { ...machine, client_id: 'manager', scope: 'pixy:read' };
const { publicKey, privateKey } = await generateKeyPair('ES256');
const keyed: FullClient = {
  ...machine,
  client_id: 'keyed',
  redirect_uris: ['https://keyed.example/callback'],
  grant_types: ['client_credentials', 'authorization_code'],
  client_secret: undefined,
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [await exportJWK(publicKey)] },
};
const server = await startTestServer({
  issuer,
  clients: [mobile, machine, manager, keyed],
  pathAliases: true,
  environment: { PIXY_DPOP_NONCES: 'on' },
});
const pair = await newProofPair();

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const challenged = {
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

/** Sends a request with a proof for `url`, and once more with the nonce that the answer gives. */
async function ask(path: string, sent: Sent, accessToken?: string, url = issuer + path) {
  const method = sent.method ?? 'GET';
  const attempt = async (nonce?: string) => {
    const dpop = await newProof(pair, server.clock, { method, url, accessToken, nonce });
    const authorization = accessToken === undefined ? {} : { authorization: `DPoP ${accessToken}` };
    const answer = await send(server.port, path, { ...sent, headers: { ...sent.headers, ...authorization, dpop } });
    return { ...answer, json: JSON.parse(answer.body), nonce: answer.headers['dpop-nonce'] as string | undefined };
  };
  const first = await attempt();
  return { first, second: await attempt(first.nonce) };
}

async function askToken(path: string, url?: string) {
  const { headers } = credentialsOf(manager);
  const sent = { method: 'POST', headers: { ...formType, ...headers }, body: 'grant_type=client_credentials' };
  return ask(path, sent, undefined, url);
}

describe('DP5: every proof needs a nonce', () => {
  test('at the token endpoint', async () => {
    const { first, second } = await askToken('/token');
    expect([first.status, first.json.error]).toEqual([400, 'use_dpop_nonce']);
    expect([second.status, second.json.token_type, second.nonce]).toEqual([200, 'DPoP', first.nonce]);
  });

  test('at userinfo, with 401 and the challenge of DPoP', async () => {
    const person = await signedInPerson(server);
    const { code, verifier } = await obtainCode(person, mobile);
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: mobile.client_id,
      code,
      code_verifier: verifier,
      redirect_uri: mobile.redirect_uris[0] ?? '',
    });
    const tokens = await ask('/token', { method: 'POST', headers: formType, body: String(form) });
    const { first, second } = await ask('/userinfo', {}, tokens.second.json.access_token);
    expect([first.status, first.json.reason]).toEqual([401, 'dpop_nonce_required']);
    expect(first.headers['www-authenticate']).toMatch(/^DPoP error="use_dpop_nonce", /);
    expect([second.status, second.nonce]).toEqual([200, first.nonce]);
  });

  test('at the management API', async () => {
    const { second: tokens } = await askToken('/token');
    const { first, second } = await ask('/admin/policy', {}, tokens.json.access_token);
    expect([first.status, first.json.reason, first.nonce]).toEqual([401, 'dpop_nonce_required', expect.any(String)]);
    expect(first.headers['www-authenticate']).toMatch(/^DPoP error="use_dpop_nonce", /);
    expect([second.status, second.nonce]).toEqual([200, first.nonce]);
  });

  test.each([
    ['/token', { grant_type: 'client_credentials' }, 200],
    ['/par', { ...challenged, response_type: 'code', redirect_uri: keyed.redirect_uris[0] }, 201],
  ])('and is told so before the assertion of the client is used up, at %s', async (path, fields, status) => {
    const client_assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(keyed.client_id)
      .setSubject(keyed.client_id)
      .setAudience(issuer)
      .setExpirationTime(server.clock.now() + 60)
      .sign(privateKey);
    const body = encodeFields({ ...fields, client_assertion_type: assertionType, client_assertion });
    const sent = { method: 'POST', headers: formType, body };
    const { first, second } = await ask(path, sent);
    expect([first.status, first.json.error, first.nonce]).toEqual([400, 'use_dpop_nonce', expect.any(String)]);
    expect([second.status, second.nonce]).toEqual([status, first.nonce]);
    expect((await ask(path, sent)).second.json.reason).toBe('client_assertion_replayed');
  });

  test('and requests without a proof need none', async () => {
    expect((await clientCredentials(server, machine)).json.token_type).toBe('Bearer');
  });
});

describe('DP4: the management API', () => {
  test('refuses a bound token without its proof, and one that is not bound with the DPoP scheme', async () => {
    const { second: tokens } = await askToken('/token');
    const read = (authorization: string) => send(server.port, '/admin/policy', { headers: { authorization } });
    const asBearer = await read(`Bearer ${tokens.json.access_token}`);
    expect([asBearer.status, JSON.parse(asBearer.body).reason]).toEqual([401, 'access_token_bound']);
    expect(asBearer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", .*, DPoP algs="/);
    const { json } = await clientCredentials(server, manager);
    expect(claimsOf(json.access_token)).not.toHaveProperty('cnf');
    const asBound = await read(`DPoP ${json.access_token}`);
    expect([asBound.status, JSON.parse(asBound.body).reason]).toEqual([401, 'access_token_not_bound']);
    expect((await read(`Bearer ${json.access_token}`)).status).toBe(200);
  });

  test('refuses a proof for another of its paths', async () => {
    const { second: tokens } = await askToken('/token');
    const { second } = await ask('/admin/policy', {}, tokens.json.access_token, `${issuer}/admin/clients`);
    expect([second.status, second.json.reason]).toEqual([401, 'dpop_proof_invalid']);
  });
});

describe('DP9: a proof names the issuer that is configured', () => {
  test.each(['/oauth/token', '/auth/oauth2.0/v1/token'])('with the path %s or that of the endpoint', async (path) => {
    expect((await askToken(path)).second.status).toBe(200);
    expect((await askToken(path, `${issuer}/token`)).second.status).toBe(200);
  });

  test('and never the host that the request was sent to', async () => {
    const { second } = await askToken('/token', `http://127.0.0.1:${server.port}/token`);
    expect(second.json.reason).toBe('dpop_proof_invalid');
  });
});
