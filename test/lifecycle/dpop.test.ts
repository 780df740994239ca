import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { nonceKey } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { proofVerifier } from '../../shared/proof/proof-verifier.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { askForCodes, decideFor, deviceGrant } from '../support/device.ts';
import { newProof, newProofPair, type ProofClaims, type ProofPair } from '../support/dpop.ts';
import { type Answer, type Fields, send } from '../support/http.ts';
import {
  authorizePage,
  credentialsOf,
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  portal,
  refresh,
  revoke,
  type TokensAnswer,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { claimsOf, obtainCode, obtainCodeThat, parametersOf, postToken, responseOf } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

type DpopClient = FullClient & {
  dpop_bound_access_tokens?: boolean;
  dpop_nonce_required?: boolean;
  dpop_replay_detection?: boolean;
};
const bound: DpopClient = { ...mobile, client_id: 'bound', dpop_bound_access_tokens: true };
const careful: DpopClient = { ...machine, client_id: 'careful', dpop_nonce_required: true };
const once: DpopClient = { ...machine, client_id: 'once', dpop_replay_detection: true };
const device: DpopClient = { ...mobile, client_id: 'device', grant_types: [deviceGrant, 'refresh_token'] };
const agent: DpopClient = {
  ...machine,
  client_id: 'agent',
  grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'],
  scope: 'openid api:read',
};

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [mobile, portal, machine, warehouse, bound, careful, once, device, agent],
  dynamodb: database.endpoint,
  environment: { PIXY_WRAPPING_KEY, PIXY_DEVICE_AUTHORIZATION: 'on', PIXY_TOKEN_EXCHANGE: 'on' },
});
const person = await signedInPerson(server);
const pair = await newProofPair();
const other = await newProofPair('EdDSA');
const tokenUrl = `${server.issuer}/token`;
const userinfoUrl = `${server.issuer}/userinfo`;

const tokenProof = (key: ProofPair = pair, claims: ProofClaims = {}, nonce?: string) =>
  newProof(key, server.clock, { url: tokenUrl, nonce }, { claims });

/** A token request with a proof, or whatever stands in its place. */
async function askToken(client: FullClient, fields: Fields, proof: string | undefined): Promise<TokensAnswer> {
  const { headers, fields: credentials } = credentialsOf(client);
  return postToken(server, { ...credentials, ...fields }, { ...headers, ...(proof !== undefined && { dpop: proof }) });
}

const redeemWith = async (
  client: FullClient,
  { code, verifier }: { code: string; verifier: string },
  proof: string | undefined,
) =>
  askToken(
    client,
    {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: client.redirect_uris[0],
    },
    proof,
  );

async function boundTokens(client: FullClient = mobile, key = pair, changes: Fields = {}) {
  const { json, status, body } = await redeemWith(
    client,
    await obtainCode(person, client, changes),
    await tokenProof(key),
  );
  if (status !== 200) throw new Error(`expected tokens, got ${body}`);
  return json;
}

const refreshWith = async (client: FullClient, token: string | undefined, proof: string | undefined) =>
  askToken(client, { grant_type: 'refresh_token', refresh_token: token }, proof);

const ofMachine = (client: FullClient, proof: string | undefined) =>
  askToken(client, { grant_type: 'client_credentials' }, proof);

/** Userinfo, asked with a scheme and a proof. */
async function askUserinfo(
  token = '',
  proof?: string,
  scheme = 'DPoP',
): Promise<Answer & { json: { reason?: string } }> {
  const headers = { authorization: `${scheme} ${token}`, ...(proof !== undefined && { dpop: proof }) };
  const answer = await send(server.port, '/userinfo', { headers });
  return { ...answer, json: JSON.parse(answer.body) };
}

const userinfoProof = (accessToken = '', key = pair, claims: ProofClaims = {}) =>
  newProof(key, server.clock, { method: 'GET', url: userinfoUrl, accessToken }, { claims });

describe('DP2: with a proof, a token is bound to its key', () => {
  test('by redeeming a code, and the ID token is as ever', async () => {
    const tokens = await boundTokens();
    expect(tokens).toMatchObject({ token_type: 'DPoP', refresh_token: expect.any(String) });
    expect(claimsOf(tokens.access_token)['cnf']).toEqual({ jkt: pair.jkt });
    expect(claimsOf(tokens.id_token)).not.toHaveProperty('cnf');
  });

  test('by client credentials', async () => {
    const { json } = await ofMachine(machine, await tokenProof());
    expect(json.token_type).toBe('DPoP');
    expect(claimsOf(json.access_token)['cnf']).toEqual({ jkt: pair.jkt });
  });

  test('by a device code', async () => {
    const { challenge, verifier } = pkcePair();
    const challenged = { code_challenge: challenge, code_challenge_method: 'S256' };
    const { user_code, device_code } = (await askForCodes(server, device, challenged)).json;
    await decideFor(person, user_code);
    const form = { grant_type: deviceGrant, device_code, code_verifier: verifier };
    const { json } = await askToken(device, form, await tokenProof());
    expect(json.token_type).toBe('DPoP');
    expect((await refreshWith(device, json.refresh_token, undefined)).json.reason).toBe('refresh_token_of_another_key');
  });

  test('by a token exchange, to the key of the client that acts', async () => {
    const { access_token } = await boundTokens(mobile, pair, { scope: 'openid api:read' });
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    const { json } = await askToken(agent, form, await tokenProof(other));
    expect(json.token_type).toBe('DPoP');
    expect(claimsOf(json.access_token)).toMatchObject({ cnf: { jkt: other.jkt }, act: { sub: agent.client_id } });
  });

  test('and introspection says so', async () => {
    const { access_token } = await boundTokens();
    const { json } = await introspect(server, warehouse, { token: access_token });
    expect(json).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: pair.jkt } });
  });

  test('without one, nothing has changed', async () => {
    const tokens = await obtainTokens(server, person, mobile);
    expect(tokens.token_type).toBe('Bearer');
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('cnf');
    const { json } = await introspect(server, warehouse, { token: tokens.access_token });
    expect(json).toMatchObject({ active: true, token_type: 'Bearer' });
  });
});

describe('DP1: the token endpoint refuses with 400 invalid_dpop_proof, and spends nothing for', () => {
  test.each<[string, () => Promise<string>]>([
    ['no JWT', async () => 'nonsense'],
    ['an empty header', async () => ''],
    ['another URL', async () => tokenProof(pair, { htu: userinfoUrl })],
    ['another method', async () => tokenProof(pair, { htm: 'GET' })],
    ['a proof of yesterday', async () => tokenProof(pair, { iat: server.clock.now() - 86_400 })],
    ['two proofs', async () => `${await tokenProof()}, ${await tokenProof()}`],
    [
      'DP9: the host that the request names instead of the issuer',
      async () => tokenProof(pair, { htu: `http://127.0.0.1:${server.port}/token` }),
    ],
  ])('%s', async (_, proof) => {
    const issued = await obtainCode(person, mobile);
    const refused = await redeemWith(mobile, issued, await proof());
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({ error: 'invalid_dpop_proof', reason: 'dpop_proof_invalid' });
    expect((await redeemWith(mobile, issued, await tokenProof())).status).toBe(200);
  });

  test('two DPoP headers', async () => {
    const headers = { dpop: [await tokenProof(), await tokenProof()] };
    const answer = await postToken(
      server,
      { grant_type: 'client_credentials', ...credentialsOf(machine).fields },
      {
        ...credentialsOf(machine).headers,
        ...headers,
      },
    );
    expect(answer.json).toMatchObject({ error: 'invalid_dpop_proof' });
  });

  test('DP11: no proof, of a client whose tokens are always bound', async () => {
    const issued = await obtainCode(person, bound);
    const refused = await redeemWith(bound, issued, undefined);
    expect(refused.json).toMatchObject({ error: 'invalid_dpop_proof', reason: 'dpop_proof_missing' });
    const tokens = (await redeemWith(bound, issued, await tokenProof())).json;
    expect(tokens.token_type).toBe('DPoP');
    expect((await refreshWith(bound, tokens.refresh_token, undefined)).json.reason).toBe('dpop_proof_missing');
  });
});

describe('DP3: the refresh token of a public client is bound to the key', () => {
  test('and another key, or none, neither gets tokens nor ends the grant', async () => {
    const { refresh_token } = await boundTokens();
    for (const proof of [await tokenProof(other), undefined]) {
      const refused = await refreshWith(mobile, refresh_token, proof);
      expect(refused.json).toMatchObject({ error: 'invalid_grant', reason: 'refresh_token_of_another_key' });
    }
    const refreshed = await refreshWith(mobile, refresh_token, await tokenProof());
    expect(refreshed.json).toMatchObject({ token_type: 'DPoP' });
    expect(claimsOf(refreshed.json.access_token)['cnf']).toEqual({ jkt: pair.jkt });
  });

  test('and an old one in the wrong hands is no replay', async () => {
    const { refresh_token } = await boundTokens();
    const second = (await refreshWith(mobile, refresh_token, await tokenProof())).json;
    const third = (await refreshWith(mobile, second.refresh_token, await tokenProof())).json;
    server.clock.advance(60);
    expect((await refreshWith(mobile, refresh_token, await tokenProof(other))).json.reason).toBe(
      'refresh_token_of_another_key',
    );
    expect((await refreshWith(mobile, third.refresh_token, await tokenProof())).status).toBe(200);
    expect((await refreshWith(mobile, refresh_token, await tokenProof())).json.reason).toBe('refresh_token_replayed');
  });

  test('from the first refresh with a proof on', async () => {
    const { refresh_token } = await obtainTokens(server, person, mobile);
    const first = await refreshWith(mobile, refresh_token, await tokenProof());
    expect(first.json.token_type).toBe('DPoP');
    const refused = await refreshWith(mobile, first.json.refresh_token, undefined);
    expect(refused.json.reason).toBe('refresh_token_of_another_key');
  });

  test('of fifty first refreshes with two keys, those of one key win, and it is bound to that', async () => {
    const { refresh_token } = await obtainTokens(server, person, mobile);
    const proofs = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => tokenProof(index % 2 === 0 ? pair : other)),
    );
    const answers = await Promise.all(proofs.map((proof) => refreshWith(mobile, refresh_token, proof)));
    const won = answers.filter(({ status }) => status === 200);
    const keys = new Set(won.map(({ json }) => JSON.stringify(claimsOf(json.access_token)['cnf'])));
    expect([won.length, keys.size]).toEqual([25, 1]);
    const losing = keys.has(JSON.stringify({ jkt: pair.jkt })) ? other : pair;
    const refused = await refreshWith(mobile, won[0]?.json.refresh_token, await tokenProof(losing));
    expect(refused.json.reason).toBe('refresh_token_of_another_key');
  });

  test('while that of a confidential client is bound by its authentication, and the access token to any key', async () => {
    const { refresh_token } = await boundTokens(portal);
    const next = await refreshWith(portal, refresh_token, await tokenProof(other));
    expect(claimsOf(next.json.access_token)['cnf']).toEqual({ jkt: other.jkt });
    const last = await refreshWith(portal, next.json.refresh_token, undefined);
    expect(last.json).toMatchObject({ token_type: 'Bearer' });
  });

  test('of fifty requests with two keys, only those of its own get its successor', async () => {
    const { refresh_token } = await boundTokens();
    const proofs = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => tokenProof(index % 2 === 0 ? pair : other)),
    );
    const answers = await Promise.all(proofs.map((proof) => refreshWith(mobile, refresh_token, proof)));
    const own = answers.filter((_, index) => index % 2 === 0);
    const others = answers.filter((_, index) => index % 2 === 1);
    expect(new Set(others.map(({ json }) => json.reason))).toEqual(new Set(['refresh_token_of_another_key']));
    expect(new Set(own.map(({ json }) => json.refresh_token)).size).toBe(1);
    expect((await refreshWith(mobile, own[0]?.json.refresh_token, await tokenProof())).status).toBe(200);
  });
});

describe('DP6, FP5: a code that dpop_jkt binds to a key', () => {
  test('is redeemed with that key', async () => {
    expect(await boundTokens(mobile, pair, { dpop_jkt: pair.jkt })).toMatchObject({ token_type: 'DPoP' });
  });

  test.each([
    ['with another key', async () => tokenProof(other)],
    ['without a proof', async () => undefined],
  ])('is refused %s, and spent', async (_, proof) => {
    for (const client of [mobile, portal]) {
      const issued = await obtainCode(person, client, { dpop_jkt: pair.jkt });
      const refused = await redeemWith(client, issued, await proof());
      expect(refused.status).toBe(400);
      expect(refused.json).toMatchObject({ error: 'invalid_grant', reason: 'code_of_another_key' });
      expect((await redeemWith(client, issued, await tokenProof())).json.reason).toBe('code_spent');
    }
  });

  test('still needs its verifier', async () => {
    const { code } = await obtainCode(person, mobile, { dpop_jkt: pair.jkt });
    const wrong = await redeemWith(mobile, { code, verifier: 'w'.repeat(43) }, await tokenProof());
    expect(wrong.json.error).toBe('invalid_grant');
  });

  test('keeps its tokens when it is replayed by somebody without the key', async () => {
    const issued = await obtainCodeThat(false, person, mobile, { dpop_jkt: pair.jkt });
    const { json } = await redeemWith(mobile, issued, await tokenProof());
    expect((await redeemWith(mobile, issued, await tokenProof(other))).json.reason).toBe('code_spent');
    expect((await refreshWith(mobile, json.refresh_token, await tokenProof())).status).toBe(200);
  });

  test.each(['short', `${'a'.repeat(42)}=`, 'a'.repeat(44), `${'a'.repeat(42)}b`])(
    'is not issued for the dpop_jkt "%s"',
    async (dpop_jkt) => {
      const answer = responseOf(await authorizePage(person, mobile, { dpop_jkt }));
      expect(answer.error).toBe('invalid_request');
      expect(answer.error_uri).toContain('dpop_jkt_malformed');
    },
  );

  test('DP7: of fifty redemptions with one proof, exactly one wins', async () => {
    const issued = await obtainCode(person, mobile, { dpop_jkt: pair.jkt });
    const proof = await tokenProof();
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeemWith(mobile, issued, proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('DP4: at userinfo', () => {
  test('a bound token opens with a proof of its key', async () => {
    const { access_token } = await boundTokens();
    const answer = await askUserinfo(access_token, await userinfoProof(access_token));
    expect([answer.status, answer.headers['dpop-nonce']]).toEqual([200, undefined]);
    expect(answer.json).toMatchObject({ sub: 'ada-0001' });
  });

  test.each(['Bearer', 'bearer'])('a bound token with the scheme %s is refused, even with a proof', async (scheme) => {
    const { access_token } = await boundTokens();
    for (const proof of [undefined, await userinfoProof(access_token)]) {
      const answer = await askUserinfo(access_token, proof, scheme);
      expect([answer.status, answer.json.reason]).toEqual([401, 'access_token_bound']);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token".*, DPoP algs="ES256 /);
    }
  });

  test('a bound token in the form is refused', async () => {
    const { access_token } = await boundTokens();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', dpop: await userinfoProof(access_token) };
    const answer = await send(server.port, '/userinfo', {
      method: 'POST',
      headers,
      body: `access_token=${access_token}`,
    });
    expect(JSON.parse(answer.body).reason).toBe('access_token_bound');
  });

  test('a token that is not bound is refused with the DPoP scheme, and good with a proof that it does not need', async () => {
    const { access_token } = await obtainTokens(server, person, mobile);
    const answer = await askUserinfo(access_token, await userinfoProof(access_token));
    expect([answer.status, answer.json.reason]).toEqual([401, 'access_token_not_bound']);
    expect(answer.headers['www-authenticate']).toMatch(/^DPoP error="invalid_token", .*algs="/);
    expect((await askUserinfo(access_token, await userinfoProof(access_token), 'Bearer')).status).toBe(200);
  });

  test.each<[string, string, (token: string) => Promise<string | undefined>]>([
    ['no proof', 'dpop_proof_missing', async () => undefined],
    ['nonsense', 'dpop_proof_invalid', async () => 'nonsense'],
    ['the proof of the token request', 'dpop_proof_invalid', async () => tokenProof()],
    ['a proof without ath', 'dpop_proof_invalid', async (token) => userinfoProof(token, pair, { ath: undefined })],
    ['the ath of another token', 'dpop_proof_invalid', async () => userinfoProof('another')],
    ['a proof for POST', 'dpop_proof_invalid', async (token) => userinfoProof(token, pair, { htm: 'POST' })],
    [
      'an old proof',
      'dpop_proof_invalid',
      async (token) => userinfoProof(token, pair, { iat: server.clock.now() - 61 }),
    ],
    ['the proof of another key', 'access_token_of_another_key', async (token) => userinfoProof(token, other)],
  ])('a bound token with %s is refused with 401', async (_, reason, proof) => {
    const { access_token = '' } = await boundTokens();
    const answer = await askUserinfo(access_token, await proof(access_token));
    expect([answer.status, answer.json.reason]).toEqual([401, reason]);
    const error = reason.startsWith('dpop_') ? 'invalid_dpop_proof' : 'invalid_token';
    expect(answer.headers['www-authenticate']).toMatch(new RegExp(`^DPoP error="${error}", .*algs="ES256 EdDSA`));
  });

  test.each(['x', 'e30.e30.e30', 'a b'])(
    'what is no token is refused with 401, with the DPoP scheme: %s',
    async (token) => {
      const answer = await askUserinfo(token, await userinfoProof(token));
      expect([answer.status, answer.json.reason]).toEqual([401, 'access_token_invalid']);
    },
  );

  test('DP10: other origins may read what the proof needs', async () => {
    const { headers } = await askUserinfo('nonsense');
    expect(headers['access-control-expose-headers']).toBe('www-authenticate, dpop-nonce, retry-after');
    const preflight = await send(server.port, '/token', {
      method: 'OPTIONS',
      headers: { origin: 'https://spa.example', 'access-control-request-headers': 'dpop,content-type' },
    });
    expect(preflight.headers['access-control-allow-headers']).toContain('dpop');
  });

  test('a revocation needs no proof', async () => {
    const { access_token, refresh_token } = await boundTokens();
    expect((await revoke(server, mobile, { token: refresh_token })).status).toBe(200);
    const answer = await askUserinfo(access_token, await userinfoProof(access_token));
    expect(answer.json.reason).toBe('access_token_invalid');
  });
});

describe('DP5: a client that needs nonces', () => {
  test('gets one with 400 use_dpop_nonce, and the next one with its tokens', async () => {
    const asked = await ofMachine(careful, await tokenProof());
    expect([asked.status, asked.json.error]).toEqual([400, 'use_dpop_nonce']);
    const nonce = String(asked.headers['dpop-nonce']);
    const answered = await ofMachine(careful, await tokenProof(pair, {}, nonce));
    expect([answered.status, answered.headers['dpop-nonce']]).toEqual([200, nonce]);
    server.clock.advance(60);
    const later = await ofMachine(careful, await tokenProof(pair, {}, nonce));
    expect(later.status).toBe(200);
    expect(later.headers['dpop-nonce']).not.toBe(nonce);
  });

  test('is refused with a stale one', async () => {
    const { headers } = await ofMachine(careful, await tokenProof());
    server.clock.advance(120);
    const stale = await ofMachine(careful, await tokenProof(pair, {}, String(headers['dpop-nonce'])));
    expect(stale.json).toMatchObject({ error: 'use_dpop_nonce', reason: 'dpop_nonce_required' });
  });

  test('does without DPoP as ever, and others do without nonces', async () => {
    expect((await ofMachine(careful, undefined)).json.token_type).toBe('Bearer');
    const { headers } = await ofMachine(machine, await tokenProof(pair, {}, 'of-another-server'));
    expect(headers['dpop-nonce']).toBeUndefined();
  });
});

describe('DP7: the proof of a client whose proofs work once', () => {
  test('is refused the second time', async () => {
    const proof = await tokenProof();
    expect((await ofMachine(once, proof)).status).toBe(200);
    expect((await ofMachine(once, proof)).json).toMatchObject({
      error: 'invalid_dpop_proof',
      reason: 'dpop_proof_replayed',
    });
  });

  test('wins exactly once of fifty', async () => {
    const proof = await tokenProof();
    const answers = await Promise.all(Array.from({ length: 50 }, () => ofMachine(once, proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('leaves another key its own ids', async () => {
    const jti = 'the same for both';
    expect((await ofMachine(once, await tokenProof(pair, { jti }))).status).toBe(200);
    expect((await ofMachine(once, await tokenProof(other, { jti }))).status).toBe(200);
  });
});

describe('a proof costs nothing of the database', () => {
  test('a code that is bound to a key is issued with two calls, as any other', async () => {
    await obtainCode(person, mobile);
    const calls = await database.callsDuring(() => obtainCode(person, mobile, { dpop_jkt: pair.jkt }));
    expect(calls).toEqual([`BatchGetItem ${tables.people}`, `PutItem ${tables.grants}`]);
  });

  test('a redemption with one takes two calls, and a refresh two, as without', async () => {
    await boundTokens();
    const issued = await obtainCodeThat(false, person, mobile, { dpop_jkt: pair.jkt });
    let tokens: TokensAnswer['json'] = {};
    const redeeming = await database.callsDuring(async () => {
      tokens = (await redeemWith(mobile, issued, await tokenProof())).json;
    });
    const refreshing = await database.callsDuring(async () =>
      refreshWith(mobile, tokens.refresh_token, await tokenProof()),
    );
    const bearer = await obtainTokens(server, person, mobile);
    const without = await database.callsDuring(async () => refresh(server, mobile, bearer.refresh_token));
    expect(redeeming.toSorted()).toEqual([`GetItem ${tables.people}`, `UpdateItem ${tables.grants}`]);
    expect(refreshing).toEqual(without);
    expect(refreshing).toHaveLength(2);
  });

  test('a hundred client credentials with nonces ask it nothing', async () => {
    const { headers } = await ofMachine(careful, await tokenProof());
    const nonce = String(headers['dpop-nonce']);
    expect(
      await database.callsDuring(async () => {
        for (let count = 0; count < 100; count += 1) await ofMachine(careful, await tokenProof(pair, {}, nonce));
      }),
    ).toEqual([]);
  });
});

test('ten thousand proofs with nonces cost one call, which finds the key of the nonces', async () => {
  const { now } = server.clock;
  const store = keyStore(openDatabase(), tables.keys);
  const wrapper = localWrapper(Buffer.from(PIXY_WRAPPING_KEY, 'base64url'));
  const verify = proofVerifier(nonceKey(store, wrapper, now), now);
  const demand = { method: 'POST', urls: [tokenUrl], needsNonce: true };
  const asked = await ofMachine(careful, await tokenProof());
  const proof = await tokenProof(pair, {}, String(asked.headers['dpop-nonce']));
  const calls = await database.callsDuring(async () => {
    for (let count = 0; count < 10_000; count += 1) expect((await verify(proof, demand)).ok).toBe(true);
  });
  expect(calls).toEqual([`Query ${tables.keys}`]);
});

test('the audit log says why a proof was refused', async () => {
  await ofMachine(machine, 'nonsense');
  expect(server.auditLines.at(-1)).toContain('"reason":"dpop_proof_invalid"');
  expect(server.auditLines.at(-1)).toContain('"client":"machine"');
});

test('a bearer token of a person stays good at userinfo', async () => {
  const { access_token } = await obtainTokens(server, person, mobile);
  expect((await userinfo(server, access_token)).status).toBe(200);
  expect(parametersOf((await obtainCode(person, mobile)).redirected).iss).toBe(server.issuer);
});
