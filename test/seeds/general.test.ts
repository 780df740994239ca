import { describe, expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { pathAliases } from '../../shared/oauth/path-aliases.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import { isSignInPage, newPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { outcomeOf, startSeedServer } from './seed-server.ts';

/*
 * What PKCE is for, step by step, and the addresses of other servers.
 */

const app = { client_id: 'mobile-app', redirect_uri: 'https://mobile.example/callback' };

const server = await startSeedServer();
await server.moveIn('rfc7591', 'rfc7591-clients.json');

const authorize = (fields: Fields, path = '/authorize') =>
  server.authorize(path, { response_type: 'code', scope: 'openid', state: 'xyz', ...app, ...fields });

const redeem = (code: string | undefined, code_verifier?: string, path = '/token') =>
  server.requestToken(path, { grant_type: 'authorization_code', code, code_verifier, ...app });

const challengeOf = ({ challenge }: { challenge: string }) => ({
  code_challenge: challenge,
  code_challenge_method: 'S256',
});

describe('an intercepted authorization code', () => {
  test('is useless without the verifier', async () => {
    const { code } = await authorize(challengeOf(pkcePair()));
    expect(outcomeOf((await redeem(code)).json)).toBe('code_verifier_required');
  });

  test('is useless with the verifier of another request', async () => {
    const { code } = await authorize(challengeOf(pkcePair()));
    expect(outcomeOf((await redeem(code, pkcePair().verifier)).json)).toBe('code_verifier_mismatch');
  });

  test('is useless with the challenge, which everybody on the way has seen', async () => {
    const pair = pkcePair();
    const { code } = await authorize(challengeOf(pair));
    expect(outcomeOf((await redeem(code, pair.challenge)).json)).toBe('code_verifier_mismatch');
  });
});

test('the app that made the request redeems its code with its verifier', async () => {
  const pair = pkcePair();
  const { code, state } = await authorize(challengeOf(pair));
  expect(state).toBe('xyz');
  expect(outcomeOf((await redeem(code, pair.verifier)).json)).toBe('granted');
});

describe('path aliases', () => {
  const authorizePaths = pathAliases.filter(({ endpoint }) => endpoint === 'authorize').map(({ path }) => path);
  const tokenPaths = pathAliases.filter(({ endpoint }) => endpoint === 'token').map(({ path }) => path);
  const slashed = (paths: string[]) => paths.flatMap((path) => [path, `${path}/`]);

  test.each(slashed(authorizePaths))('%s is the authorization endpoint', async (path) => {
    const pair = pkcePair();
    const { code } = await authorize(challengeOf(pair), path);
    expect(outcomeOf((await redeem(code, pair.verifier)).json)).toBe('granted');
  });

  test.each(slashed(tokenPaths))('%s is the token endpoint', async (path) => {
    const pair = pkcePair();
    const { code } = await authorize(challengeOf(pair));
    expect(outcomeOf((await redeem(code, pair.verifier, path)).json)).toBe('granted');
  });

  test.each(authorizePaths)('signing in on the way from %s leads back to the client', async (path) => {
    const person = newPerson(server);
    const query = encodeFields({ response_type: 'code', scope: 'openid', ...app, ...challengeOf(pkcePair()) });
    const page = await person.follow(`${path}?${query}`);
    expect(isSignInPage(page)).toBe(true);
    expect(page.target).toMatch(/^\/sign-in\?/);
    const redirected = await person.authorize(`${path}?${query}`, demoAccount);
    expect(redirected.href).toMatch(/^https:\/\/mobile\.example\/callback\?code=/);
  });

  test('an authorization request may be posted to an alias', async () => {
    const body = encodeFields({ response_type: 'code', scope: 'openid', ...app, ...challengeOf(pkcePair()) });
    const answer = await send(server.port, '/oauth/authorize/', { method: 'POST', headers: formType, body });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toMatch(/^\/authorize\?/);
  });

  test.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
    '%s announces the canonical addresses only',
    async (path) => {
      const { body } = await send(server.port, path);
      expect(JSON.parse(body)).toMatchObject({
        authorization_endpoint: `${server.issuer}/authorize`,
        token_endpoint: `${server.issuer}/token`,
      });
      for (const alias of pathAliases) expect(body).not.toContain(alias.path);
    },
  );

  test('nothing below an alias, and no other spelling, is answered', async () => {
    for (const path of ['/oauth/token/extra', '/oauth/Token', '/oauth', '/auth/oauth2.0/v1/', '/oauth//token']) {
      expect((await send(server.port, path)).status).toBe(404);
    }
  });
});
