import { describe, expect, test } from 'vitest';
import type { Fields } from '../support/http.ts';
import { appendixB, outcomeOf, sampleFile, startSeedServer } from './seed-server.ts';

/*
 * IdentityServer 3 and 4, How does PKCE by OAuth work: its steps A to D, for clients of an appsettings file.
 */

const native = { client_id: 'com.twitter.app', redirect_uri: 'com.twitter.app://authorization' };
const oldNative = { client_id: 'old-native', redirect_uri: 'com.example.old://callback' };
const mvc = { client_id: 'mvc', redirect_uri: 'https://mvc.example/signin-oidc' };
const legacyWeb = { client_id: 'legacy-web', redirect_uri: 'https://legacy.example/signin-oidc' };
type Client = { client_id: string; redirect_uri: string };

/** The secrets whose hashes the file has: SHA-256 of the first, SHA-512 of the second. */
const mvcSecret = { client_secret: '49C1A7E1-0C79-4A89-A3D6-A37998FB86B0' };
const legacySecret = { client_secret: '511536EF-F270-4058-80CA-1C89C192F69A' };

const challengeS256 = { code_challenge: appendixB.challenge, code_challenge_method: 'S256' };
const proof = { code_verifier: appendixB.verifier };

const server = await startSeedServer();
await server.moveIn('identityserver', 'identityserver-appsettings.json');

const authorize = (client: Client, fields: Fields = {}) =>
  server.authorize('/authorize', {
    response_type: 'code',
    scope: 'openid',
    state: 'bar',
    nonce: 'baz',
    ...client,
    ...fields,
  });

const redeem = (client: Client, code: string | undefined, fields: Fields = {}) =>
  server.requestToken('/token', { grant_type: 'authorization_code', code, ...client, ...fields });

describe('a native app with a private-use URI scheme', () => {
  test('A to D: the code comes to its scheme, and the verifier of the challenge redeems it', async () => {
    const granted = await authorize(native, challengeS256);
    expect(granted).toMatchObject({ code: expect.any(String), state: 'bar' });
    const { status, json } = await redeem(native, granted.code, proof);
    expect(status).toBe(200);
    expect(json).toHaveProperty('id_token');
  });

  test('the code is delivered to com.twitter.app://authorization', async () => {
    const query = { response_type: 'code', ...native, ...challengeS256, scope: 'openid' };
    const redirected = await server.redirect('/authorize', query);
    expect(redirected.href).toMatch(/^com\.twitter\.app:\/\/authorization\?code=/);
  });

  test('an app that registered the same scheme and intercepts the code cannot redeem it', async () => {
    const { code } = await authorize(native, challengeS256);
    expect(outcomeOf((await redeem(native, code)).json)).toBe('code_verifier_required');
  });

  test('nor with a verifier of its own', async () => {
    const { code } = await authorize(native, challengeS256);
    const { json } = await redeem(native, code, { code_verifier: 'a-verifier-that-the-other-app-has-made-up-itself' });
    expect(outcomeOf(json)).toBe('code_verifier_mismatch');
  });
});

describe('RequirePkce, which is true unless the file says otherwise', () => {
  test.each([
    ['true', mvc, 'code_challenge_required'],
    ['true, public', native, 'code_challenge_required'],
    ['false', legacyWeb, 'granted'],
  ])('%s: a request without a challenge', async (_, client, outcome) => {
    expect(outcomeOf(await authorize(client))).toBe(outcome);
  });

  test('false: a challenge that is sent is verified', async () => {
    const { code } = await authorize(legacyWeb, challengeS256);
    expect(outcomeOf((await redeem(legacyWeb, code, legacySecret)).json)).toBe('code_verifier_required');
  });
});

describe('AllowPlainTextPkce, which is false unless the file says otherwise', () => {
  const plain = { code_challenge: appendixB.verifier, code_challenge_method: 'plain' };

  test('false: plain is refused', async () => {
    expect(outcomeOf(await authorize(native, plain))).toBe('code_challenge_method_plain_refused');
  });

  test('true: plain and S256 both work', async () => {
    for (const challenge of [plain, challengeS256]) {
      const { code } = await authorize(oldNative, challenge);
      expect(outcomeOf((await redeem(oldNative, code, proof)).json)).toBe('granted');
    }
  });
});

describe('a secret that the file has as a hash', () => {
  test.each([
    ['SHA-256', mvc, mvcSecret],
    ['SHA-512', legacyWeb, legacySecret],
  ])('of %s goes on working', async (_, client, secret) => {
    const { code } = await authorize(client, challengeS256);
    expect(outcomeOf((await redeem(client, code, { ...secret, ...proof })).json)).toBe('granted');
  });

  test('is not the secret: the hash itself opens nothing', async () => {
    const settings = JSON.parse(await sampleFile('identityserver-appsettings.json'));
    const { code } = await authorize(mvc, challengeS256);
    const client_secret = settings.IdentityServer.Clients[0].ClientSecrets[0].Value;
    const { json } = await redeem(mvc, code, { client_secret, ...proof });
    expect(outcomeOf(json)).toBe('client_secret_wrong');
  });
});

describe('the hybrid flow', () => {
  /** The parameters are in the fragment there. */
  async function authorizeHybrid(fields: Fields): Promise<Record<string, string>> {
    const query = { response_type: 'code id_token', scope: 'openid', nonce: 'baz', ...legacyWeb, ...fields };
    const redirected = await server.redirect('/authorize', query);
    return Object.fromEntries(new URLSearchParams(redirected.hash.slice(1)));
  }

  test('is an authorization code flow as far as the code goes: PKCE binds it', async () => {
    const { code, id_token } = await authorizeHybrid(challengeS256);
    expect(id_token).toEqual(expect.any(String));
    expect(outcomeOf((await redeem(legacyWeb, code, legacySecret)).json)).toBe('code_verifier_required');
  });

  test('works with the verifier, and for a client that need not use PKCE without one', async () => {
    const bound = await authorizeHybrid(challengeS256);
    expect(outcomeOf((await redeem(legacyWeb, bound['code'], { ...legacySecret, ...proof })).json)).toBe('granted');
    const unbound = await authorizeHybrid({});
    expect(outcomeOf((await redeem(legacyWeb, unbound['code'], legacySecret)).json)).toBe('granted');
  });
});
