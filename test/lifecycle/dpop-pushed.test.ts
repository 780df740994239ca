import { describe, expect, test } from 'vitest';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { newProof, newProofPair, type ProofClaims } from '../support/dpop.ts';
import type { Fields } from '../support/http.ts';
import { credentialsOf, type FullClient, portal } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { parametersOf, postToken } from '../support/protocol.ts';
import { openingOf, pushed } from '../support/pushed.ts';
import { startTestServer } from '../support/server.ts';

/* Pushed requests with a DPoP proof, which binds their code (RFC 9449 §10.1). */

const bound: FullClient & { dpop_bound_access_tokens: boolean } = {
  ...portal,
  client_id: 'bound',
  dpop_bound_access_tokens: true,
};
const careful: FullClient & { dpop_nonce_required: boolean; dpop_replay_detection: boolean } = {
  ...portal,
  client_id: 'careful',
  dpop_nonce_required: true,
  dpop_replay_detection: true,
};
const database = await startDatabaseProxy();
const server = await startTestServer({ clients: [portal, bound, careful], dynamodb: database.endpoint });
const person = await signedInPerson(server);
const pair = await newProofPair();
const other = await newProofPair();
const parUrl = `${server.issuer}/par`;

const proofFor = (url: string, key = pair, claims: ProofClaims = {}) =>
  newProof(key, server.clock, { url }, { claims });

async function push(client: FullClient, dpop: string | undefined, changes: Fields = {}) {
  const { verifier, challenge } = pkcePair();
  const sent = dpop === undefined ? {} : { headers: { dpop } };
  return { ...(await pushed(server, client, { code_challenge: challenge, ...changes }, sent)), verifier };
}

async function codeOf(client: FullClient, { json, verifier }: Awaited<ReturnType<typeof push>>) {
  const { code } = parametersOf(await person.authorize(openingOf(client, json)));
  return { code, code_verifier: verifier };
}

async function redeem(client: FullClient, fields: Fields, key = pair) {
  const { headers, fields: credentials } = credentialsOf(client);
  const form = { grant_type: 'authorization_code', redirect_uri: client.redirect_uris[0], ...credentials, ...fields };
  return postToken(server, form, { ...headers, dpop: await proofFor(`${server.issuer}/token`, key) });
}

describe('DP6, FP5: the proof of a pushed request', () => {
  test('binds the code to its key', async () => {
    const right = await codeOf(portal, await push(portal, await proofFor(parUrl)));
    expect((await redeem(portal, right)).json.token_type).toBe('DPoP');
    const wrong = await codeOf(portal, await push(portal, await proofFor(parUrl)));
    expect((await redeem(portal, wrong, other)).json.reason).toBe('code_of_another_key');
  });

  test('may stand beside the dpop_jkt of the same key, and not of another', async () => {
    const same = await push(portal, await proofFor(parUrl), { dpop_jkt: pair.jkt });
    expect(same.status).toBe(201);
    const differing = await push(portal, await proofFor(parUrl), { dpop_jkt: other.jkt });
    expect([differing.status, differing.json.reason]).toEqual([400, 'dpop_jkt_differs']);
  });

  test('is not needed: a client whose tokens are bound may push without one', async () => {
    expect((await push(bound, undefined)).status).toBe(201);
    const named = await codeOf(bound, await push(bound, undefined, { dpop_jkt: pair.jkt }));
    expect((await redeem(bound, named, other)).json.reason).toBe('code_of_another_key');
  });

  test.each<[string, string, ProofClaims]>([
    ['for the token endpoint', `${server.issuer}/token`, {}],
    ['of another method', parUrl, { htm: 'GET' }],
    ['that is too old', parUrl, { iat: server.clock.now() - 61 }],
  ])('DP1: is refused with 400 %s, and nothing is kept', async (_, url, claims) => {
    const dpop = await proofFor(url, pair, claims);
    const calls = await database.callsDuring(async () => {
      const { status, json } = await push(portal, dpop);
      expect([status, json.error]).toEqual([400, 'invalid_dpop_proof']);
    });
    expect(calls).toEqual([]);
  });

  test('costs no call of the database', async () => {
    const without = await database.callsDuring(() => push(portal, undefined));
    const dpop = await proofFor(parUrl);
    expect(await database.callsDuring(() => push(portal, dpop))).toEqual(without);
  });

  test('DP5, DP7: needs a nonce and works once, for a client that is registered so', async () => {
    const asked = await push(careful, await proofFor(parUrl));
    expect([asked.status, asked.json.error]).toEqual([400, 'use_dpop_nonce']);
    const nonce = asked.headers['dpop-nonce'];
    const dpop = await proofFor(parUrl, pair, { nonce });
    const taken = await push(careful, dpop);
    expect([taken.status, taken.headers['dpop-nonce']]).toEqual([201, nonce]);
    expect((await push(careful, dpop)).json.reason).toBe('dpop_proof_replayed');
    const wrong = await push(careful, await proofFor(parUrl, pair, { nonce }), { response_type: 'token' });
    expect([wrong.status, wrong.headers['dpop-nonce']]).toEqual([400, nonce]);
  });
});
