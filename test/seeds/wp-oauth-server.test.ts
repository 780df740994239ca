import { describe, expect, test } from 'vitest';
import type { Fields } from '../support/http.ts';
import { s256Of } from '../support/pkce.ts';
import { basic } from '../support/protocol.ts';
import { outcomeOf, startSeedServer } from './seed-server.ts';

/*
 * WP OAuth Server, PKCE: the requests of its documentation, with the verifiers of its examples.
 */

const app = { client_id: 'bIf9ADJRFCxUwrsIoD3CBuFElVnpZxlL0GuMlM0Q', redirect_uri: 'https://app.example/callback' };
const forum = { client_id: 'qXZ6fCoMNj4cNK8SXRHa5nug6vnswlFWSF37hsW3', redirect_uri: 'https://forum.example/callback' };
const forumSecret = { client_secret: 'L1fzLosJf9TlwnCCTZ5pkKmdqqkHShKEi0d4oFNE' };

/** `$code_verifier = 'random_string'`: 13 characters. */
const shortVerifier = 'random_string';
const plainVerifier = 'plain_text_verifier';
const goodVerifier = 'a-verifier-as-long-as-the-specification-asks-for';

const server = await startSeedServer();

const authorize = (challenge: Fields = {}, path = '/oauth/authorize') =>
  server.authorize(path, { scope: 'basic', response_type: 'code', ...app, ...challenge });

const redeem = (code: string | undefined, code_verifier: string | undefined, path = '/oauth/token') =>
  server.requestToken(path, { grant_type: 'authorization_code', code, code_verifier, ...app });

const s256 = (verifier: string) => ({ code_challenge: s256Of(verifier), code_challenge_method: 's256' });

describe('clients that moved in as they are', () => {
  const moveIn = () => server.moveIn('wpoauth', 'wp-oauth-clients.csv');

  test('code_challenge_method=s256 is refused, and the right spelling named', async () => {
    await moveIn();
    const refused = await authorize(s256(goodVerifier));
    expect(outcomeOf(refused)).toBe('code_challenge_method_unsupported');
    expect(refused.error_description).toContain('S256 has a capital S');
  });

  test('a verifier of 13 characters is refused', async () => {
    await moveIn();
    const { code } = await authorize({ ...s256(shortVerifier), code_challenge_method: 'S256' });
    const { json } = await redeem(code, shortVerifier);
    expect(outcomeOf(json)).toBe('code_verifier_malformed');
  });

  test('S256 with a verifier of 43 characters or more works as documented', async () => {
    await moveIn();
    const { code } = await authorize({ ...s256(goodVerifier), code_challenge_method: 'S256' });
    const { status, json } = await redeem(code, goodVerifier);
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'Bearer', scope: 'basic' });
  });
});

describe('clients that moved in with the compatibility switches', () => {
  const moveIn = () => server.moveIn('wpoauth', 'wp-oauth-clients.csv', { compat: true });

  test('code_challenge_method=s256 and the 13 characters of its example work', async () => {
    await moveIn();
    const { code } = await authorize(s256(shortVerifier));
    expect(outcomeOf((await redeem(code, shortVerifier)).json)).toBe('granted');
  });

  test('the wrong verifier is still refused', async () => {
    await moveIn();
    const { code } = await authorize(s256(shortVerifier));
    expect(outcomeOf((await redeem(code, 'random_strinG')).json)).toBe('code_verifier_mismatch');
  });

  test('its plain example works where the policy allows plain', async () => {
    await moveIn();
    const challenge = { code_challenge: plainVerifier, code_challenge_method: 'plain' };
    expect(outcomeOf(await authorize(challenge))).toBe('code_challenge_method_plain_refused');
    await server.setPolicy({ default: 'any' });
    const { code } = await authorize(challenge);
    expect(outcomeOf((await redeem(code, plainVerifier)).json)).toBe('granted');
    await server.setPolicy({});
  });

  test('the verifier in place of its hash, as the example request has it, is refused at once', async () => {
    await moveIn();
    const refused = await authorize({ code_challenge: shortVerifier, code_challenge_method: 's256' });
    expect(outcomeOf(refused)).toBe('code_challenge_malformed');
  });

  test.each(['s256', 'S256', 'plain', undefined])(
    'a challenge of more than 1000 characters is refused at once, not truncated: method %s',
    async (code_challenge_method) => {
      await moveIn();
      const refused = await authorize({ code_challenge: 'c'.repeat(1_001), code_challenge_method });
      expect(outcomeOf(refused)).toBe('code_challenge_malformed');
    },
  );
});

test.each([
  ['/oauth/authorize', '/oauth/token'],
  ['/oauth/authorize/', '/oauth/token/'],
])('the endpoints are %s and %s', async (authorizePath, tokenPath) => {
  await server.moveIn('wpoauth', 'wp-oauth-clients.csv');
  const challenge = { code_challenge: s256Of(goodVerifier), code_challenge_method: 'S256' };
  const { code } = await authorize(challenge, authorizePath);
  expect(outcomeOf((await redeem(code, goodVerifier, tokenPath)).json)).toBe('granted');
});

describe('a client with a secret', () => {
  test('sends it in the Authorization header, and uses PKCE as the global policy says', async () => {
    await server.moveIn('wpoauth', 'wp-oauth-clients.csv');
    await server.setPolicy({ default: 'none' });
    const { code } = await authorize(forum);
    const form = { grant_type: 'authorization_code', code, ...forum };
    const authorization = basic({ ...forum, ...forumSecret });
    expect(outcomeOf((await server.requestToken('/oauth/token', form, { authorization })).json)).toBe('granted');
    await server.setPolicy({});
    expect(outcomeOf(await authorize(forum))).toBe('code_challenge_required');
  });
});
