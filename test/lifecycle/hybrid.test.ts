import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { spa } from '../support/clients.ts';
import type { Fields } from '../support/http.ts';
import { authorizePage, type FullClient, formOf, fragmentOf, mobile, portal, userinfo } from '../support/lifecycle.ts';
import { newPerson, type Page, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem, withoutChallenge } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const both = { response_types: ['code', 'code id_token'] };
const publicHybrid: FullClient = {
  ...mobile,
  ...both,
  client_id: 'public-hybrid',
  redirect_uris: ['https://public-hybrid.example/callback'],
};
const hybrid: FullClient = { ...portal, ...both, client_id: 'hybrid', claims: ['shoe_size'] };
/** It need not use PKCE. */
const oldHybrid: FullClient = { ...hybrid, client_id: 'old-hybrid', pkce_policy: 'none' };

/** Somebody has to allow it every time, and its ID tokens would need a key that is not there. */
const keyless: FullClient = {
  ...publicHybrid,
  client_id: 'keyless',
  redirect_uris: ['http://127.0.0.1/callback'],
  id_token_signed_response_alg: 'ES256',
  first_party: false,
};

const adaInFull = { ...ada, claims: { ...ada.claims, shoe_size: 38, hr_note: 'late' } };
const server = await startTestServer({
  clients: [spa, portal, hybrid, publicHybrid, oldHybrid, keyless],
  accounts: [adaInFull],
});
const person = await signedInPerson(server);

const request = { response_type: 'code id_token', nonce: 'n-0S6_WzA2Mj', scope: 'openid email' };

const answerTo = (changes: Fields = {}, client: FullClient = hybrid) =>
  authorizePage(person, client, { ...request, ...changes });

const location = ({ headers }: Page): URL => new URL(headers.location ?? '');
const answered = async (changes?: Fields, client?: FullClient) => fragmentOf(location(await answerTo(changes, client)));

/** A code, its verifier and the ID token that came with it. */
async function obtain(client: FullClient = hybrid) {
  const { verifier, challenge } = pkcePair();
  const { code = '', id_token = '' } = await answered({ code_challenge: challenge }, client);
  return { code, id_token, verifier };
}

describe('the answer', () => {
  test('S10: its ID token has claims by name only if the client is registered for them', async () => {
    const claims = JSON.stringify({ id_token: { shoe_size: null, hr_note: null } });
    const learned = async (client: FullClient) => claimsOf((await answered({ claims }, client))['id_token']);
    expect(await learned(hybrid)).toMatchObject({ shoe_size: 38 });
    expect(await learned(hybrid)).not.toHaveProperty('hr_note');
    expect(await learned(publicHybrid)).not.toHaveProperty('shoe_size');
  });

  test.each([
    ['confidential', hybrid],
    ['public', publicHybrid],
  ])('has code, ID token, state and issuer in the fragment, and nothing else: %s', async (_, client) => {
    const page = await answerTo({}, client);
    expect(page.status).toBe(302);
    expect(location(page).search).toBe('');
    expect(fragmentOf(location(page))).toEqual({
      code: expect.any(String),
      id_token: expect.any(String),
      state: 'a-state',
      iss: server.issuer,
    });
  });

  test('OA7: is the same for the values of response_type in another order', async () => {
    expect(await answered({ response_type: 'id_token code' })).toHaveProperty('id_token');
  });

  test('IS3: comes as a form where that is asked for', async () => {
    const { action, fields } = formOf(await answerTo({ response_mode: 'form_post' }));
    expect(action).toBe(hybrid.redirect_uris[0]);
    expect(fields).toMatchObject({ code: expect.any(String), id_token: expect.any(String), iss: server.issuer });
  });

  test('never comes in the query: an ID token does not belong into logs', async () => {
    const answer = location(await answerTo({ response_mode: 'query' }));
    expect(answer.search).toBe('');
    expect(fragmentOf(answer)).toMatchObject({ error: 'invalid_request', iss: server.issuer });
  });

  test('comes after a sign-in as well', async () => {
    const somebody = newPerson(server);
    const redirected = await somebody.authorize(authorizeTarget(hybrid, request));
    expect(fragmentOf(redirected)).toHaveProperty('id_token');
  });

  test('has no ID token when only a code was asked for', async () => {
    const page = await answerTo({ response_type: 'code' });
    expect(parametersOf(location(page))).toHaveProperty('code');
    expect(page.headers.location).not.toContain('id_token');
  });
});

describe('the ID token of the answer', () => {
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));

  test('OC6: verifies for the client and the issuer, with the nonce', async () => {
    const { id_token } = await obtain();
    const { payload } = await jwtVerify(id_token, keys, {
      issuer: server.issuer,
      audience: hybrid.client_id,
      currentDate: new Date(server.clock.now() * 1_000),
    });
    expect(payload).toMatchObject({ sub: ada.claims.sub, nonce: request.nonce, auth_time: expect.any(Number) });
  });

  test('OC7: has the c_hash of its code', async () => {
    const { code, id_token } = await obtain();
    const half = createHash('sha256').update(code).digest().subarray(0, 16);
    expect(claimsOf(id_token)['c_hash']).toBe(half.toString('base64url'));
  });

  test('OC7: has no at_hash, as no access token came along', async () => {
    expect(claimsOf((await obtain()).id_token)).not.toHaveProperty('at_hash');
  });

  test('3.3.3.6: says the same as the one of the token endpoint', async () => {
    const { code, id_token, verifier } = await obtain();
    const { json } = await redeem(server, hybrid, { code, code_verifier: verifier });
    const { iss, sub, aud, nonce, auth_time } = claimsOf(id_token);
    expect(claimsOf(json.id_token)).toMatchObject({ iss, sub, aud, nonce, auth_time });
  });

  test('AT4: is no access token', async () => {
    expect((await userinfo(server, (await obtain()).id_token)).status).toBe(401);
  });
});

describe('OC7: the nonce', () => {
  test.each([undefined, ''])('is required: %j', async (nonce) => {
    expect(await answered({ nonce })).toMatchObject({ error: 'invalid_request', state: 'a-state', iss: server.issuer });
  });
});

describe('OC5: without the scope openid', () => {
  test.each<[string, Fields]>([
    ['another scope', { scope: 'email' }],
    ['no scope parameter', { scope: undefined }],
  ])('there is no ID token, so the request is refused: %s', async (_, changes) => {
    const answer = await answered(changes);
    expect(answer).toMatchObject({ error: 'invalid_request', state: 'a-state', iss: server.issuer });
    expect(answer['error_uri']).toMatch(/#openid_required$/);
    expect(answer).not.toHaveProperty('code');
  });

  test('it is refused before anybody signs in', async () => {
    const target = authorizeTarget(hybrid, { ...request, scope: 'email' });
    expect(fragmentOf(await newPerson(server).authorize(target))).toMatchObject({ error: 'invalid_request' });
  });
});

describe('an algorithm that the server has no key of', () => {
  const unavailable = { error: 'unauthorized_client', state: 'a-state', iss: server.issuer };
  const reason = /signing_algorithm_unavailable$/;

  test('is told to the client, in the fragment', async () => {
    const answer = await answered({}, keyless);
    expect(answer).toMatchObject({ ...unavailable, error_uri: expect.stringMatching(reason) });
    expect(answer).not.toHaveProperty('code');
    expect(JSON.parse(server.auditLines.at(-1) ?? '')).toMatchObject({ verdict: 'refused' });
  });

  test('is told before anybody signs in or is asked', async () => {
    const redirected = await newPerson(server).authorize(authorizeTarget(keyless, request));
    expect(fragmentOf(redirected)).toMatchObject(unavailable);
  });
});

describe('PKCE', () => {
  test.each([
    ['public', publicHybrid],
    ['confidential', hybrid],
  ])('BP5: is required by the policy in the same way: %s', async (_, client) => {
    const answer = await answered(withoutChallenge, client);
    expect(answer).toMatchObject({ error: 'invalid_request' });
    expect(answer).not.toHaveProperty('id_token');
  });

  test('PK5: takes no plain challenge where the policy is S256', async () => {
    expect(await answered({ code_challenge_method: 'plain' })).toMatchObject({ error: 'invalid_request' });
  });

  test('BP6: binds the code of a client that need not use it', async () => {
    const { code } = await obtain(oldHybrid);
    expect((await redeem(server, oldHybrid, { code })).json.error).toBe('invalid_grant');
  });

  test('BP7: takes no verifier for a code without a challenge', async () => {
    const { code } = await answered(withoutChallenge, oldHybrid);
    const { json } = await redeem(server, oldHybrid, { code, code_verifier: pkcePair().verifier });
    expect(json.error).toBe('invalid_grant');
  });

  test.each([
    ['missing', undefined],
    ['another one', pkcePair().verifier],
  ])('PK8: refuses the code with a verifier that is %s', async (_, code_verifier) => {
    const { code } = await obtain(publicHybrid);
    expect((await redeem(server, publicHybrid, { code, code_verifier })).json.error).toBe('invalid_grant');
  });

  test('PK1: redeems the code with its verifier', async () => {
    const { code, verifier } = await obtain(publicHybrid);
    expect((await redeem(server, publicHybrid, { code, code_verifier: verifier })).status).toBe(200);
  });
});

describe('a response type', () => {
  test('that the client is not registered for is unauthorized, in the fragment', async () => {
    const answer = await answered({}, portal);
    expect(answer).toMatchObject({ error: 'unauthorized_client', state: 'a-state', iss: server.issuer });
    expect(answer).not.toHaveProperty('id_token');
  });

  test.each(['token', 'id_token', 'id_token token', 'code token', 'code id_token token', 'none', 'code code', 'CODE'])(
    'BP9, OA7: that is not announced is unsupported: %s',
    async (response_type) => {
      const page = await answerTo({ response_type });
      const answer = { ...parametersOf(location(page)), ...fragmentOf(location(page)) };
      expect(answer).toMatchObject({ error: 'unsupported_response_type', iss: server.issuer });
      expect(page.headers.location).not.toMatch(/[?&#](code|id_token|access_token)=/);
    },
  );
});

describe('the endpoint that can sign', () => {
  test('H25: is not /authorize: that one only leads there', async () => {
    const page = await person.open(authorizeTarget(hybrid, request));
    expect(page.status).toBe(303);
    expect(page.headers.location).toMatch(/^\/authorize\/hybrid\?/);
  });

  test('refuses at /authorize already what will not be granted', async () => {
    const page = await person.open(authorizeTarget(hybrid, { ...request, nonce: undefined }));
    expect(page.status).toBe(302);
    expect(fragmentOf(location(page))).toMatchObject({ error: 'invalid_request' });
  });

  test('checks everything itself', async () => {
    const target = authorizeTarget(hybrid, { ...request, redirect_uri: 'https://evil.example/' });
    const page = await person.open(target.replace('/authorize?', '/authorize/hybrid?'));
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });

  test('signs nothing for somebody who is not signed in', async () => {
    const page = await newPerson(server).open(
      authorizeTarget(hybrid, { ...request, prompt: 'none' }).replace('/authorize?', '/authorize/hybrid?'),
    );
    expect(fragmentOf(location(page))).toMatchObject({ error: 'login_required' });
  });

  test('gives a plain code as /authorize does, without an ID token', async () => {
    const target = authorizeTarget(hybrid, { ...request, response_type: 'code' });
    const page = await person.open(target.replace('/authorize?', '/authorize/hybrid?'));
    expect(parametersOf(location(page))).toEqual({ code: expect.any(String), state: 'a-state', iss: server.issuer });
  });
});
