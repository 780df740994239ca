import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { spa, type TestClient } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { send } from '../support/http.ts';
import { newPerson, type Page, signedInPerson, startSession } from '../support/person.ts';
import { authorizeTarget, claimsOf, redeem, responseOf } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { startTestServer } from '../support/server.ts';

type Signing = TestClient & { authorization_signed_response_alg?: string };
const both: Signing = { ...spa, client_id: 'both', response_types: ['code', 'code id_token'] };
const es: Signing = { ...spa, client_id: 'es', authorization_signed_response_alg: 'ES256' };
const unavailable: Signing = { ...spa, client_id: 'unavailable', authorization_signed_response_alg: 'PS256' };
const third: Signing = { ...both, client_id: 'third', first_party: false };

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [spa, both, es, unavailable, third],
  environment: { PIXY_SIGNING_ALGORITHMS: 'RS256 ES256' },
  dynamodb: database.endpoint,
});
const person = await signedInPerson(server);
const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));

/** The JWT that a client gets, whatever carries it. */
const jwtIn = (page: Page): string => (responseOf(page) as { response?: string }).response ?? '';
const answer = async (client: TestClient, changes: Record<string, string | undefined>) =>
  person.follow(authorizeTarget(client, { response_mode: 'jwt', ...changes }));

describe('an answer that is signed (JARM)', () => {
  test('JARM1: is for this client, from this issuer, for five minutes, and verified with the published keys', async () => {
    const jwt = jwtIn(await answer(spa, {}));
    const currentDate = new Date(server.clock.now() * 1_000);
    const { payload } = await jwtVerify(jwt, keys, { issuer: server.issuer, audience: 'spa', currentDate });
    expect(payload).toEqual({
      iss: server.issuer,
      aud: 'spa',
      exp: server.clock.now() + 300,
      code: expect.any(String),
      state: 'a-state',
    });
  });

  test('JARM1: so is an error, and the code of nobody is in it', async () => {
    const page = await answer(spa, { scope: 'nothing-registered' });
    const currentDate = new Date(server.clock.now() * 1_000);
    const { payload } = await jwtVerify(jwtIn(page), keys, { audience: 'spa', currentDate });
    expect(payload).toMatchObject({ error: 'invalid_scope', state: 'a-state', iss: server.issuer });
    expect(payload).not.toHaveProperty('code');
  });

  test('JARM1: is signed as the client is registered, and in another way never', async () => {
    expect(decodeProtectedHeader(jwtIn(await answer(es, {}))).alg).toBe('ES256');
    expect(decodeProtectedHeader(jwtIn(await answer(spa, {}))).alg).toBe('RS256');
    const page = await answer(unavailable, {});
    expect({ status: page.status, location: page.headers.location }).toEqual({ status: 400, location: undefined });
    expect(page.body).toContain('signing_algorithm_unavailable');
  });

  test('JARM1: with an ID token it is never in the query', async () => {
    const changes = { response_type: 'code id_token', nonce: 'n-1' };
    const usual = await answer(both, changes);
    expect(usual.headers.location).toContain('#response=');
    expect(claimsOf(claimsOf(jwtIn(usual))['id_token'] as string)).toMatchObject({ nonce: 'n-1' });
    const refused = await answer(both, { ...changes, response_mode: 'query.jwt' });
    expect(responseOf(refused).error_uri).toContain('#response_mode_unsupported');
    expect(refused.headers.location).toContain('#error=');
  });

  test('JARM1: a code from it is redeemed as any other, and a pushed request may ask for it', async () => {
    const { target, verifier } = await pushFor(server, spa, { response_mode: 'form_post.jwt' });
    const { code } = claimsOf(jwtIn(await person.follow(target)));
    expect((await redeem(server, spa, { code: code as string, code_verifier: verifier })).status).toBe(200);
    const again = await person.follow(target);
    expect(again.body).toContain('request_uri_used');
  });

  test.each([
    ['from the browser', async () => authorizeTarget(third, { response_mode: 'jwt' })],
    ['that was pushed', async () => (await pushFor(server, third, { response_mode: 'jwt' })).target],
  ])('JARM1: a person who says no to a request %s is believed', async (_, targetOf) => {
    const somebody = newPerson(server);
    const session = await startSession('somebody', { now: server.clock.now(), lifetime: 3_600 });
    somebody.cookies.set('pixy_session', session);
    const page = await somebody.follow(await targetOf());
    const denied = await somebody.submit(page, { decision: 'deny' });
    const told = claimsOf(jwtIn(await somebody.follow(denied.headers.location ?? '')));
    expect(told).toMatchObject({ error: 'access_denied', state: 'a-state', aud: 'third' });
  });

  test('the function behind /authorize signs nothing: it sends whoever asks for that to the one that can', async () => {
    const target = authorizeTarget(spa, { response_mode: 'jwt' });
    const calls = await database.callsDuring(async () => {
      const { status, headers } = await person.open(target);
      expect({ status, location: headers.location }).toEqual({
        status: 303,
        location: expect.stringMatching(/^\/authorize\/hybrid\?/),
      });
    });
    expect(calls).toEqual([]);
  });

  test('JARM1: the metadata has the modes and the algorithms', async () => {
    const metadata = JSON.parse((await send(server.port, '/.well-known/openid-configuration')).body);
    expect(metadata.response_modes_supported).toEqual(
      expect.arrayContaining(['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt']),
    );
    expect(metadata.authorization_signing_alg_values_supported).toEqual(['RS256', 'ES256']);
  });
});
