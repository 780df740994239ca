import { describe, expect, test } from 'vitest';
import { type Fields, send } from '../support/http.ts';
import { isSignInPage, newPerson } from '../support/person.ts';
import { s256Of } from '../support/pkce.ts';
import { appendixB, outcomeOf, startSeedServer } from './seed-server.ts';

/*
 * OneWelcome, Proof Key for Code Exchange: the requests of its documentation, parameter by parameter.
 */

const authorizePath = '/auth/oauth2.0/v1/authorize';
const tokenPath = '/auth/oauth2.0/v1/token';
const redirect_uri = 'https://www.client-app.com/';
const client_secret = '47f3aecc-6822-4a5a-8f15-44655c065b02';

/** The verifier of its example for `plain`, which is also the challenge. */
const plainVerifier = 'e9MelHWQ2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-XV';

const server = await startSeedServer();
await server.moveIn('onewelcome', 'onewelcome-clients.json');

const authorize = (client_id: string, challenge: Fields = {}) =>
  server.authorize(authorizePath, {
    response_type: 'code',
    client_id,
    redirect_uri,
    scope: 'openid',
    state: 'smth',
    ...challenge,
  });

const redeem = (client_id: string, code: string | undefined, proof: Fields) =>
  server.requestToken(tokenPath, { grant_type: 'authorization_code', client_id, redirect_uri, code, ...proof });

describe('code challenge method none', () => {
  test('the normal flow: a code, then tokens for the client_secret', async () => {
    const { code, state } = await authorize('CLIENT_WITH_NONE');
    expect(state).toBe('smth');
    const { status, json } = await redeem('CLIENT_WITH_NONE', code, { client_secret });
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'Bearer', scope: 'openid', id_token: expect.any(String) });
  });

  test.each([
    ['without the client_secret', {}, 'client_authentication_missing'],
    ['with a wrong client_secret', { client_secret: 'another' }, 'client_secret_wrong'],
  ])('the token request %s is refused', async (_, proof, reason) => {
    const { code } = await authorize('CLIENT_WITH_NONE');
    expect(outcomeOf((await redeem('CLIENT_WITH_NONE', code, proof)).json)).toBe(reason);
  });

  test('a challenge that is sent all the same is verified', async () => {
    const challenge = { code_challenge: appendixB.challenge, code_challenge_method: 'S256' };
    const { code } = await authorize('CLIENT_WITH_NONE', challenge);
    const { json } = await redeem('CLIENT_WITH_NONE', code, { client_secret });
    expect(outcomeOf(json)).toBe('code_verifier_required');
  });
});

describe('code challenge method S256', () => {
  const challenge = { code_challenge: appendixB.challenge, code_challenge_method: 'S256' };

  test('the verifier takes the place of the client_secret', async () => {
    const { code } = await authorize('CLIENT_WITH_S256', challenge);
    const { status, json } = await redeem('CLIENT_WITH_S256', code, { code_verifier: appendixB.verifier });
    expect(status).toBe(200);
    expect(json).toHaveProperty('access_token');
  });

  test('a verifier that does not hash to the challenge gets no token', async () => {
    const { code } = await authorize('CLIENT_WITH_S256', challenge);
    const { json } = await redeem('CLIENT_WITH_S256', code, { code_verifier: plainVerifier });
    expect(outcomeOf(json)).toBe('code_verifier_mismatch');
  });

  test('a client that forgets the method is refused at once and told why, not at the token request', async () => {
    const refused = await authorize('CLIENT_WITH_S256', { code_challenge: appendixB.challenge });
    expect(outcomeOf(refused)).toBe('code_challenge_method_required');
    expect(refused).toMatchObject({ error: 'invalid_request', state: 'smth' });
    expect(refused.error_description).toContain('Send code_challenge_method=S256');
  });

  test.each([
    ['plain', { code_challenge: plainVerifier, code_challenge_method: 'plain' }, 'code_challenge_method_plain_refused'],
    ['no challenge', {}, 'code_challenge_required'],
  ])('%s is refused', async (_, sent, reason) => {
    expect(outcomeOf(await authorize('CLIENT_WITH_S256', sent))).toBe(reason);
  });
});

describe('code challenge method any', () => {
  test('a challenge without a method means plain: the verifier is the challenge', async () => {
    const { code } = await authorize('CLIENT_WITH_ANY', { code_challenge: plainVerifier });
    const { json } = await redeem('CLIENT_WITH_ANY', code, { code_verifier: plainVerifier });
    expect(outcomeOf(json)).toBe('granted');
  });

  test('the method of the request decides: S256 is verified as S256', async () => {
    const sent = { code_challenge: s256Of(plainVerifier), code_challenge_method: 'S256' };
    const { code } = await authorize('CLIENT_WITH_ANY', sent);
    expect(outcomeOf((await redeem('CLIENT_WITH_ANY', code, { code_verifier: plainVerifier })).json)).toBe('granted');
  });

  test('PKCE is enforced: no challenge, no code', async () => {
    expect(outcomeOf(await authorize('CLIENT_WITH_ANY'))).toBe('code_challenge_required');
  });

  test('a hash without its method fails at the token request, where the mistake is named', async () => {
    const { code } = await authorize('CLIENT_WITH_ANY', { code_challenge: appendixB.challenge });
    const { json } = await redeem('CLIENT_WITH_ANY', code, { code_verifier: appendixB.verifier });
    expect(outcomeOf(json)).toBe('code_verifier_mismatch');
    expect(json.error_description).toContain('send code_challenge_method=S256');
  });
});

test('somebody without a session gets the sign-in page first, and comes back to the client from there', async () => {
  const page = await newPerson(server).follow(
    `${authorizePath}?response_type=code&client_id=CLIENT_WITH_NONE&redirect_uri=https://www.client-app.com/&scope=openid&state=smth`,
  );
  expect(page.status).toBe(200);
  expect(isSignInPage(page)).toBe(true);
});

test('the same clients move in from a table', async () => {
  await server.moveIn('onewelcome', 'onewelcome-clients.csv');
  const { code } = await authorize('CLIENT_WITH_NONE');
  expect(outcomeOf((await redeem('CLIENT_WITH_NONE', code, { client_secret })).json)).toBe('granted');
  expect(outcomeOf(await authorize('CLIENT_WITH_S256', { code_challenge: appendixB.challenge }))).toBe(
    'code_challenge_method_required',
  );
});

describe('the name of a tenant in front of the paths', () => {
  const challenge = { code_challenge: appendixB.challenge, code_challenge_method: 'S256' };
  const query = { response_type: 'code', client_id: 'CLIENT_WITH_S256', redirect_uri, scope: 'openid', state: 'smth' };

  test('is answered where it was named as a prefix', async () => {
    const { code } = await server.authorize(`/onewelcome-dev${authorizePath}`, { ...query, ...challenge });
    const proof = { code_verifier: appendixB.verifier };
    const form = { grant_type: 'authorization_code', client_id: 'CLIENT_WITH_S256', redirect_uri, code, ...proof };
    expect(outcomeOf((await server.requestToken(`/onewelcome-dev${tokenPath}`, form)).json)).toBe('granted');
  });

  test('is not answered otherwise, nor before the paths of another server', async () => {
    for (const path of [
      `/other${tokenPath}`,
      '/onewelcome-dev/token',
      '/onewelcome-dev/oauth/token',
      '/onewelcome-dev',
    ]) {
      expect((await send(server.port, path)).status).toBe(404);
    }
  });
});
