import { afterEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { spa, type TestClient } from '../support/clients.ts';
import { type Fields, send } from '../support/http.ts';
import {
  type FullClient,
  introspect,
  mobile,
  obtainTokens,
  portal,
  refresh,
  refreshed,
  revoke as revokeToken,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { basic, claimsOf, headerOf, obtainCode, postToken, redeem } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const tablet: FullClient = { ...mobile, client_id: 'tablet' };
const shortLived: FullClient = {
  ...mobile,
  client_id: 'short-lived',
  refresh_token_idle_lifetime: 60,
  refresh_token_lifetime: 150,
};

const patient: FullClient = { ...mobile, client_id: 'patient', refresh_token_grace: 3_600 };
const strict: FullClient = { ...mobile, client_id: 'strict', refresh_token_grace: 0 };
/** Keeps its refresh token. */
const keeper: FullClient = { ...portal, client_id: 'keeper', rotate_refresh_tokens: false };
const clients = [spa, mobile, tablet, portal, shortLived, warehouse, patient, strict, keeper];

const server = await startTestServer({ clients });
const person = await signedInPerson(server);
const grace = 30;

const newTokens = (client: TestClient = mobile, changes: Fields = { scope: 'openid email api:read' }) =>
  obtainTokens(server, person, client, changes);

describe('a refresh token', () => {
  test('OA18: comes with the first tokens of a client that is registered for it', async () => {
    const { refresh_token } = await newTokens();
    expect(refresh_token).toMatch(/^[A-Za-z0-9_-]{100,}$/);
  });

  test('is absent, not null and not empty, for every other client', async () => {
    expect(await newTokens(spa, {})).not.toHaveProperty('refresh_token');
  });

  test('BP10, BB2: is replaced at every use', async () => {
    const first = await newTokens();
    const second = await refreshed(server, mobile, first.refresh_token);
    const third = await refreshed(server, mobile, second.refresh_token);
    expect(new Set([first, second, third].map(({ refresh_token }) => refresh_token)).size).toBe(3);
  });

  test('OA18, V10: is answered as JSON that nobody keeps', async () => {
    const { refresh_token } = await newTokens();
    const { status, headers, json } = await refresh(server, mobile, refresh_token);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'openid email api:read',
      refresh_token: expect.any(String),
      refresh_token_expires_in: 1_209_600,
      refresh_token_timeout: 1_209_600,
      authorization_expires_in: 7_776_000,
      id_token: expect.any(String),
    });
  });

  test('brings an access token that works', async () => {
    const { refresh_token } = await newTokens();
    const { access_token } = await refreshed(server, mobile, refresh_token);
    expect(await userinfo(server, access_token)).toMatchObject({ status: 200, json: { sub: ada.claims.sub } });
  });

  test('leaves the access token of before valid until it expires', async () => {
    const { access_token, refresh_token } = await newTokens();
    await refreshed(server, mobile, refresh_token);
    expect((await userinfo(server, access_token)).status).toBe(200);
  });

  test('AT2: brings an access token with a jti of its own, for the same person, client and time of sign-in', async () => {
    const first = await newTokens();
    const second = await refreshed(server, mobile, first.refresh_token);
    const [before, after] = [claimsOf(first.access_token), claimsOf(second.access_token)];
    expect(after['jti']).not.toBe(before['jti']);
    const { iss, sub, aud, client_id, auth_time } = before;
    expect(after).toMatchObject({ iss, sub, aud, client_id, auth_time });
  });

  test('H18: is never in the log', async () => {
    const first = await newTokens();
    const { refresh_token = '' } = await refreshed(server, mobile, first.refresh_token);
    const log = server.auditLines.join('\n');
    for (const secret of [first.refresh_token ?? '', refresh_token]) expect(log).not.toContain(secret);
  });
});

describe('the ID token of a refresh', () => {
  test('12.2: has the same iss, sub, aud and auth_time, a new iat and no nonce', async () => {
    const first = await newTokens(mobile, { nonce: 'n-0S6_WzA2Mj' });
    server.clock.advance(100);
    const second = await refreshed(server, mobile, first.refresh_token);
    const [before, after] = [claimsOf(first.id_token), claimsOf(second.id_token)];
    expect(before['nonce']).toBe('n-0S6_WzA2Mj');
    const { iss, sub, aud, auth_time, acr, amr } = before;
    const now = server.clock.now();
    expect(after).toEqual({
      iss,
      sub,
      aud,
      auth_time,
      acr,
      amr,
      iat: now,
      exp: now + 3_600,
      at_hash: expect.any(String),
    });
  });

  test('OC5: is absent when openid was not granted', async () => {
    const { refresh_token } = await newTokens(mobile, { scope: 'api:read' });
    expect(await refreshed(server, mobile, refresh_token)).not.toHaveProperty('id_token');
  });

  test('is signed by a published key', async () => {
    const first = await newTokens();
    const second = await refreshed(server, mobile, first.refresh_token);
    expect(headerOf(second.id_token)).toEqual(headerOf(first.id_token));
  });
});

describe('the scope of a refresh', () => {
  test('V12: is the granted one when none is asked for, after a narrower one too', async () => {
    const { refresh_token } = await newTokens();
    const narrow = await refreshed(server, mobile, refresh_token, { scope: 'openid' });
    expect(narrow.scope).toBe('openid');
    const next = await refreshed(server, mobile, narrow.refresh_token);
    expect(next.scope).toBe('openid email api:read');
  });

  test('V12: narrower, is in the access token and counts at userinfo', async () => {
    const { refresh_token } = await newTokens();
    const { access_token } = await refreshed(server, mobile, refresh_token, { scope: 'openid' });
    expect(claimsOf(access_token)['scope']).toBe('openid');
    expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub });
  });

  test('OC5: without openid brings no ID token', async () => {
    const { refresh_token } = await newTokens();
    const tokens = await refreshed(server, mobile, refresh_token, { scope: 'api:read' });
    expect(tokens).not.toHaveProperty('id_token');
    expect(tokens.scope).toBe('api:read');
  });

  test.each(['openid profile', 'profile', 'admin', 'openid email api:read api:write'])(
    'OA21: wider than granted is refused, and the token stays: %s',
    async (scope) => {
      const { refresh_token } = await newTokens();
      const { status, json } = await refresh(server, mobile, refresh_token, { scope });
      expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_scope' });
      expect((await refresh(server, mobile, refresh_token)).status).toBe(200);
    },
  );

  test('OA21: cannot be widened back by a token of a narrower refresh beyond the grant', async () => {
    const { refresh_token } = await newTokens(mobile, { scope: 'openid' });
    const next = await refreshed(server, mobile, refresh_token, { scope: 'openid' });
    const { json } = await refresh(server, mobile, next.refresh_token, { scope: 'openid email' });
    expect(json.error).toBe('invalid_scope');
  });

  test('OA6: empty, is omitted', async () => {
    const { refresh_token } = await newTokens();
    expect((await refreshed(server, mobile, refresh_token, { scope: '' })).scope).toBe('openid email api:read');
  });

  test('OA11: of nothing but spaces is malformed', async () => {
    const { refresh_token } = await newTokens();
    const { status, json } = await refresh(server, mobile, refresh_token, { scope: ' ' });
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_scope' });
  });

  test.each([200, 2_000])('H40: of %i values is refused as too wide, not as a failure', async (count) => {
    const { refresh_token } = await newTokens();
    const scope = Array.from({ length: count }, (_, index) => `s${index}`).join(' ');
    const { status, json } = await refresh(server, mobile, refresh_token, { scope });
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_scope' });
    expect((await refresh(server, mobile, refresh_token)).status).toBe(200);
  });
});

describe('a scope that the client has lost since', () => {
  const clients = clientStore(openDatabase(), tables.clients, server.clock.now);

  /** Registers `tablet` for this scope and waits until the server has noticed. */
  async function registerFor(scope: string[]): Promise<void> {
    const client = await clients.find('tablet');
    if (client === undefined) throw new Error('there is no tablet');
    await clients.put('tablet', { ...client, scope }, { by: 'ada', why: 'a test' });
    server.clock.advance(31);
  }
  const all = tablet.scope?.split(' ') ?? [];
  afterEach(() => registerFor(all));

  test('is left out, and comes back with the registration', async () => {
    const { refresh_token } = await newTokens(tablet);
    await registerFor(['openid', 'email']);
    const next = await refreshed(server, tablet, refresh_token);
    expect(next.scope).toBe('openid email');
    expect(claimsOf(next.access_token)['scope']).toBe('openid email');
    await registerFor(['api:read', 'profile']);
    const third = await refreshed(server, tablet, next.refresh_token);
    expect(third.scope).toBe('api:read');
    expect(third).not.toHaveProperty('id_token');
    await registerFor(all);
    expect((await refreshed(server, tablet, third.refresh_token)).scope).toBe('openid email api:read');
  });

  test('is left out where it is asked for', async () => {
    const { refresh_token } = await newTokens(tablet);
    await registerFor(['openid']);
    expect((await refreshed(server, tablet, refresh_token, { scope: 'openid email' })).scope).toBe('openid');
  });

  test.each<[string, Fields]>([
    ['none is asked for', {}],
    ['it is asked for', { scope: 'email' }],
  ])('is refused when nothing is left and %s, and the token stays', async (_, asked) => {
    const { refresh_token } = await newTokens(tablet);
    await registerFor(['phone']);
    const refusal = { status: 400, json: { error: 'invalid_scope', reason: 'scope_not_registered' } };
    expect(await refresh(server, tablet, refresh_token, asked)).toMatchObject(refusal);
    server.clock.advance(60);
    expect(await refresh(server, tablet, refresh_token, asked)).toMatchObject(refusal);
    await registerFor(all);
    expect((await refreshed(server, tablet, refresh_token)).scope).toBe('openid email api:read');
  });

  test('is refused when the client is registered for none at all', async () => {
    const { refresh_token } = await newTokens(tablet);
    await registerFor([]);
    expect((await refresh(server, tablet, refresh_token)).json.error).toBe('invalid_scope');
  });

  test('and a replay is still a replay', async () => {
    const { refresh_token } = await newTokens(tablet);
    const next = await refreshed(server, tablet, refresh_token);
    await refreshed(server, tablet, next.refresh_token);
    await registerFor(['phone']);
    expect((await refresh(server, tablet, refresh_token)).json['reason']).toBe('refresh_token_replayed');
  });

  test('S19: is left out of the first tokens as well when it was lost after the code', async () => {
    const { code, verifier } = await obtainCode(person, tablet, { scope: 'openid email api:read' });
    await registerFor(['email', 'api:read']);
    const { status, json } = await redeem(server, tablet, { code, code_verifier: verifier });
    expect(status).toBe(200);
    expect(json.scope).toBe('email api:read');
    expect(claimsOf(json.access_token)['scope']).toBe('email api:read');
    expect(json).not.toHaveProperty('id_token');
  });

  test('S19: refuses a code when nothing is left, and the code is spent', async () => {
    const { code, verifier } = await obtainCode(person, tablet, { scope: 'openid email' });
    await registerFor(['phone']);
    const refusal = { status: 400, json: { error: 'invalid_scope', reason: 'scope_not_registered' } };
    expect(await redeem(server, tablet, { code, code_verifier: verifier })).toMatchObject(refusal);
    const again = { status: 400, json: { error: 'invalid_grant', reason: 'code_spent' } };
    expect(await redeem(server, tablet, { code, code_verifier: verifier })).toMatchObject(again);
  });

  test('leaves a grant without any scope as it is', async () => {
    await registerFor([]);
    const { refresh_token } = await newTokens(tablet, { scope: undefined });
    expect(await refreshed(server, tablet, refresh_token)).not.toHaveProperty('scope');
  });

  test('of more than fit into a condition is compared before the write', async () => {
    const { refresh_token } = await newTokens(tablet);
    const many = Array.from({ length: 80 }, (_, index) => `s${index}`);
    await registerFor(many);
    expect((await refresh(server, tablet, refresh_token)).json.error).toBe('invalid_scope');
    await registerFor([...many, 'email']);
    expect((await refreshed(server, tablet, refresh_token)).scope).toBe('email');
  });
});

describe('the write of a refresh', () => {
  test('H40: stays within the 4 KB that DynamoDB takes as a condition, whatever scope is asked for', async () => {
    const conditions: string[] = [];
    const updateOnce: Database['updateOnce'] = async ({ ConditionExpression = '' }) => {
      conditions.push(ConditionExpression);
      return { won: false, item: undefined };
    };
    const scope = Array.from({ length: 2_000 }, (_, index) => `s${index}`);
    const step = { presented: 'a', next: { hash: 'b', generation: 1 }, now: 1, idleUntil: 2, within: { scope } };
    await grantStore({ updateOnce, get: async () => undefined } as unknown as Database, 'grants').rotate(
      'id',
      'mobile',
      step,
    );
    expect(Math.max(0, ...conditions.map(({ length }) => length))).toBeLessThanOrEqual(4_096);
  });
});

/** What the last audit line of a refresh says of a token that was replaced before. */
const lastRefresh = () => JSON.parse(server.auditLines.findLast((line) => line.includes('"refresh_token"')) ?? '{}');

describe('H8: a token that was replaced', () => {
  test('RG1, S8: returns the same successor ten minutes later, while that is unused', async () => {
    const { refresh_token } = await newTokens();
    const next = await refreshed(server, mobile, refresh_token);
    server.clock.advance(600);
    expect((await refreshed(server, mobile, refresh_token)).refresh_token).toBe(next.refresh_token);
    expect(lastRefresh()).toMatchObject({ verdict: 'allowed', client: 'mobile', refresh: 'lost_reply' });
    expect((await refresh(server, mobile, next.refresh_token)).status).toBe(200);
    expect(lastRefresh()).not.toHaveProperty('refresh');
  });

  test('RG2: returns the current token to the last second of the grace period after its successor was used', async () => {
    const { refresh_token } = await newTokens();
    const second = await refreshed(server, mobile, refresh_token);
    server.clock.advance(600);
    const third = await refreshed(server, mobile, second.refresh_token);
    server.clock.advance(grace);
    expect((await refreshed(server, mobile, refresh_token)).refresh_token).toBe(third.refresh_token);
    expect(lastRefresh()).toMatchObject({ verdict: 'allowed', refresh: 'race' });
    expect((await refresh(server, mobile, third.refresh_token)).status).toBe(200);
  });

  test.each([
    [patient, 3_600],
    [strict, 0],
  ])('RG2: works for the grace period of the client: $client_id', async (client, allowance) => {
    const { refresh_token } = await newTokens(client);
    const second = await refreshed(server, client, refresh_token);
    const third = await refreshed(server, client, second.refresh_token);
    server.clock.advance(allowance);
    expect((await refreshed(server, client, refresh_token)).refresh_token).toBe(third.refresh_token);
    server.clock.advance(1);
    const { json } = await refresh(server, client, refresh_token);
    expect(json).toMatchObject({ error: 'invalid_grant', reason: 'refresh_token_replayed' });
  });

  test('returns the same successor to 20 requests at the same time', async () => {
    const { refresh_token } = await newTokens();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refreshed(server, mobile, refresh_token)));
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
  });

  test('does not make the scope any wider', async () => {
    const { refresh_token } = await newTokens();
    await refreshed(server, mobile, refresh_token);
    expect((await refresh(server, mobile, refresh_token, { scope: 'profile' })).json.error).toBe('invalid_scope');
  });

  test('does not help another client', async () => {
    const { refresh_token } = await newTokens();
    const next = await refreshed(server, mobile, refresh_token);
    expect((await refresh(server, tablet, refresh_token)).json.error).toBe('invalid_grant');
    expect((await refresh(server, mobile, next.refresh_token)).status).toBe(200);
  });
});

describe('BP10: a replay after the grace period', () => {
  async function replayed() {
    const first = await newTokens();
    const replaced = await refreshed(server, mobile, first.refresh_token);
    const second = await refreshed(server, mobile, replaced.refresh_token);
    server.clock.advance(grace + 1);
    return { second, replay: await refresh(server, mobile, first.refresh_token) };
  }

  test('is invalid_grant', async () => {
    const { replay } = await replayed();
    expect(replay).toMatchObject({ status: 400, json: { error: 'invalid_grant', reason: 'refresh_token_replayed' } });
    expect(lastRefresh()).toMatchObject({ verdict: 'refused', client: 'mobile', refresh: 'replay' });
  });

  test('ends the newest refresh token', async () => {
    const { second } = await replayed();
    expect((await refresh(server, mobile, second.refresh_token)).json.error).toBe('invalid_grant');
  });

  test('ends the newest access token at userinfo at once', async () => {
    const { second } = await replayed();
    expect((await userinfo(server, second.access_token)).status).toBe(401);
  });

  test('ends the newest access token at introspection at once', async () => {
    const { second } = await replayed();
    const { json } = await introspect(server, warehouse, { token: second.access_token });
    expect(json).toEqual({ active: false });
  });

  test('does not end another grant of the same person and client', async () => {
    const other = await newTokens();
    await replayed();
    expect((await refresh(server, mobile, other.refresh_token)).status).toBe(200);
  });

  test('V2: by another client ends nothing', async () => {
    const first = await newTokens();
    const replaced = await refreshed(server, mobile, first.refresh_token);
    const second = await refreshed(server, mobile, replaced.refresh_token);
    server.clock.advance(grace + 1);
    expect((await refresh(server, tablet, first.refresh_token)).json.error).toBe('invalid_grant');
    expect((await refresh(server, mobile, second.refresh_token)).status).toBe(200);
  });
});

describe('the client of a refresh', () => {
  test('BB4, OA21: that is another one is refused, and the token stays', async () => {
    const { refresh_token } = await newTokens();
    const { status, json } = await refresh(server, tablet, refresh_token);
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_grant' });
    expect((await refresh(server, mobile, refresh_token)).status).toBe(200);
  });

  test.each<[string, Fields, Record<string, string>]>([
    ['without its secret', { client_id: portal.client_id }, {}],
    ['with a wrong secret', {}, { authorization: basic({ client_id: portal.client_id, client_secret: 'wrong' }) }],
    ['with a wrong secret in the form', { client_id: portal.client_id, client_secret: 'wrong' }, {}],
    ['unknown', { client_id: 'nobody' }, {}],
  ])('OA21: %s is refused with 401, and the token stays', async (_, fields, headers) => {
    const { refresh_token } = await newTokens(portal);
    const form = { grant_type: 'refresh_token', refresh_token, ...fields };
    const { status, json } = await postToken(server, form, headers);
    expect({ status, error: json.error }).toEqual({ status: 401, error: 'invalid_client' });
    expect((await refresh(server, portal, refresh_token)).status).toBe(200);
  });

  test('V11: that is public need not name itself, and the token stays with it', async () => {
    const { refresh_token } = await newTokens();
    const { status, json } = await postToken(server, { grant_type: 'refresh_token', refresh_token });
    expect(status).toBe(200);
    expect(claimsOf(json.access_token)).toMatchObject({ client_id: mobile.client_id });
    expect((await refresh(server, tablet, json.refresh_token)).json.error).toBe('invalid_grant');
  });

  test('OA21: that has a secret is refused when nothing but the token is sent, and the token stays', async () => {
    const { refresh_token } = await newTokens(portal);
    const { status, json } = await postToken(server, { grant_type: 'refresh_token', refresh_token });
    expect({ status, error: json.error }).toEqual({ status: 401, error: 'invalid_client' });
    expect((await refresh(server, portal, refresh_token)).status).toBe(200);
  });

  test('that names itself nowhere and whose token nobody made is told to name itself', async () => {
    const refresh_token = 'x'.repeat(112);
    const { status, json } = await postToken(server, { grant_type: 'refresh_token', refresh_token });
    expect({ status, reason: json.reason }).toEqual({ status: 400, reason: 'client_id_missing' });
  });

  test('that names itself nowhere and whose grant was deleted long ago is told that, as with its name', async () => {
    const { refresh_token, code } = await newTokens();
    await openDatabase().remove({ TableName: tables.grants, Key: { id: grantId(code) } });
    const told = { status: 400, json: { error: 'invalid_grant', reason: 'refresh_token_unknown' } };
    expect(await postToken(server, { grant_type: 'refresh_token', refresh_token })).toMatchObject(told);
    expect(await refresh(server, mobile, refresh_token)).toMatchObject(told);
  });

  test('that names itself nowhere cannot bring a secret', async () => {
    const { refresh_token } = await newTokens();
    const form = { grant_type: 'refresh_token', refresh_token, client_secret: 'x' };
    expect((await postToken(server, form)).json.error).toBe('invalid_request');
    expect((await refresh(server, mobile, refresh_token)).status).toBe(200);
  });

  test('OA20: that is not registered for refresh tokens is unauthorized', async () => {
    const { refresh_token } = await newTokens();
    const { status, json } = await refresh(server, spa, refresh_token);
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'unauthorized_client' });
  });
});

describe('a refresh token that is none', async () => {
  const tokens = await newTokens();

  test.each<[string, (token: string) => string]>([
    ['another text', () => 'another-text'],
    ['a character less', (token) => token.slice(1)],
    ['a character more', (token) => `${token}A`],
    ['another character', (token) => `${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}${token.at(-1)}`],
    ['in another case', (token) => token.toLowerCase()],
    ['60,000 characters', () => 'A'.repeat(60_000)],
    ['NUL', (token) => `${token}\0`],
    ['an emoji', () => '🔑'],
    ['the prototype', () => '__proto__'],
  ])('is invalid_grant: %s', async (_, change) => {
    const { status, json } = await refresh(server, mobile, change(tokens.refresh_token ?? ''));
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_grant' });
  });

  test.each(['access_token', 'id_token', 'code'] as const)('IN4: is invalid_grant: the %s', async (name) => {
    expect((await refresh(server, mobile, tokens[name])).json.error).toBe('invalid_grant');
  });

  test('is invalid_request when it is missing', async () => {
    expect((await refresh(server, mobile, undefined)).json.error).toBe('invalid_request');
  });

  test('OA5: is invalid_request when it comes twice', async () => {
    const { refresh_token = '' } = await newTokens();
    const body = `grant_type=refresh_token&client_id=mobile&refresh_token=${refresh_token}&refresh_token=${refresh_token}`;
    const { status, json } = await postToken(server, body);
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_request' });
  });

  test('OA13: works no more after its code was replayed', async () => {
    const { code, verifier, refresh_token } = await newTokens();
    await redeem(server, mobile, { code, code_verifier: verifier });
    expect((await refresh(server, mobile, refresh_token)).json).toMatchObject({
      error: 'invalid_grant',
      reason: 'grant_revoked',
    });
  });
});

describe('K12: a client that keeps its refresh token', () => {
  test('gets the same one with every answer', async () => {
    const first = await newTokens(keeper, {});
    for (let round = 0; round < 3; round += 1) {
      server.clock.advance(600_000);
      const { refresh_token, access_token } = await refreshed(server, keeper, first.refresh_token);
      expect(refresh_token).toBe(first.refresh_token);
      expect((await userinfo(server, access_token)).status).toBe(200);
    }
    expect(lastRefresh()).not.toHaveProperty('refresh');
  });

  test('gets the same one when it asks 20 times at once', async () => {
    const first = await newTokens(keeper, {});
    const answers = await Promise.all(Array.from({ length: 20 }, () => refreshed(server, keeper, first.refresh_token)));
    expect(new Set(answers.map((answer) => answer.refresh_token))).toEqual(new Set([first.refresh_token]));
  });

  test('loses it when it is idle, and when its person takes it back', async () => {
    const [idle, revoked] = [await newTokens(keeper, {}), await newTokens(keeper, {})];
    await revokeToken(server, keeper, { token: revoked.refresh_token });
    expect((await refresh(server, keeper, revoked.refresh_token)).json.error).toBe('invalid_grant');
    server.clock.advance(1_209_600);
    expect((await refresh(server, keeper, idle.refresh_token)).json.error).toBe('invalid_grant');
  });
});

describe.each(['refresh_token_expires_in', 'refresh_token_timeout'])('RX1: %s', (name) => {
  const told = (tokens: object) => (tokens as Record<string, unknown>)[name];

  test('is how long the token is good for when nobody uses it', async () => {
    const first = await newTokens(shortLived);
    expect(told(first)).toBe(60);
    server.clock.advance(59);
    expect(told(await refreshed(server, shortLived, first.refresh_token))).toBe(60);
  });

  test('ends with the grant', async () => {
    const first = await newTokens(shortLived);
    server.clock.advance(50);
    const second = await refreshed(server, shortLived, first.refresh_token);
    server.clock.advance(50);
    const third = await refreshed(server, shortLived, second.refresh_token);
    expect(told(third)).toBe(50);
    server.clock.advance(49);
    expect((await refresh(server, shortLived, third.refresh_token)).status).toBe(200);
  });

  test('is absent where there is no refresh token', async () => {
    expect(told(await newTokens(spa, {}))).toBeUndefined();
  });
});

describe('RX1: authorization_expires_in', () => {
  const told = (tokens: object) => (tokens as Record<string, unknown>)['authorization_expires_in'];

  test('is how long the grant lasts, however often the token is used', async () => {
    const first = await newTokens(shortLived);
    expect(told(first)).toBe(150);
    server.clock.advance(50);
    expect(told(await refreshed(server, shortLived, first.refresh_token))).toBe(100);
  });

  test('is absent where there is no refresh token', async () => {
    expect(told(await newTokens(spa, {}))).toBeUndefined();
  });

  test('is announced', async () => {
    const { body } = await send(server.port, '/.well-known/oauth-authorization-server');
    expect(JSON.parse(body).refresh_token_expiration_types_supported).toEqual(['authorization', 'token_timeout']);
  });
});

describe('RX2: an access token never outlives its grant', () => {
  test('from the first one on', async () => {
    const { expires_in, access_token } = await newTokens(shortLived);
    expect(expires_in).toBe(150);
    expect(claimsOf(access_token)['exp']).toBe(server.clock.now() + 150);
  });

  test('at a refresh, whether the token was the current one or not', async () => {
    const first = await newTokens(shortLived);
    server.clock.advance(59);
    for (let round = 0; round < 2; round += 1) {
      const { expires_in, access_token } = await refreshed(server, shortLived, first.refresh_token);
      expect(expires_in).toBe(91);
      expect(claimsOf(access_token)['exp']).toBe(server.clock.now() + 91);
    }
  });
});

describe('BP21, V12: the lifetime of a refresh token', () => {
  test('ends when it was not used for the idle lifetime of the client', async () => {
    const { refresh_token } = await newTokens(shortLived);
    server.clock.advance(60);
    expect((await refresh(server, shortLived, refresh_token)).json).toMatchObject({
      error: 'invalid_grant',
      reason: 'refresh_token_expired',
    });
  });

  test('is prolonged by use, up to the absolute lifetime of the client', async () => {
    let tokens = await newTokens(shortLived);
    for (let age = 50; age < 150; age += 50) {
      server.clock.advance(50);
      tokens = { ...tokens, ...(await refreshed(server, shortLived, tokens.refresh_token)) };
    }
    server.clock.advance(50);
    expect((await refresh(server, shortLived, tokens.refresh_token)).json.error).toBe('invalid_grant');
  });

  test('is two weeks of rest where the client says nothing', async () => {
    const first = await newTokens();
    server.clock.advance(1_209_599);
    const second = await refreshed(server, mobile, first.refresh_token);
    server.clock.advance(1_209_600);
    expect((await refresh(server, mobile, second.refresh_token)).json.error).toBe('invalid_grant');
  });
});
