import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../shared/grants/grant.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { refreshGrant } from '../../shared/grants/refresh-grant.ts';
import {
  firstRefreshToken,
  formatRefreshToken,
  parseRefreshToken,
  type RefreshKey,
  type RefreshKeys,
  type RefreshToken,
  refreshHash,
  successor,
} from '../../shared/grants/refresh-token.ts';
import { rounds } from '../support/rounds.ts';
import { lossyProxy } from './lossy-proxy.ts';
import { freshTables } from './store.ts';

const start = 1_700_000_000;
const settings = { refreshIdleLifetime: 1_000, refreshLifetime: 5_000, refreshGrace: 30, rotates: true };
const keys: RefreshKeys = [randomBytes(32)];

let proxy: Awaited<ReturnType<typeof lossyProxy>>;
const { database, tables } = await freshTables(async (endpoint) => {
  proxy = await lossyProxy(endpoint);
  return proxy.endpoint;
});
const store = grantStore(database, tables.grants);

/** A redeemed grant with its first refresh token. */
async function redeemed(changes: Partial<Grant> = {}): Promise<{ grant: Grant; token: RefreshToken }> {
  const { grant } = issueCode(
    {
      clientId: 'app',
      sub: 'somebody',
      epoch: 0,
      clientEpoch: 0,
      scope: ['openid', 'email'],
      resources: ['https://api.example'],
      redirectUri: 'https://app.example/cb',
      redirectUriSent: true,
      authTime: start,
      amr: ['pwd'],
      acr: '1fa',
      ...changes,
    },
    keys,
    start,
    60,
  );
  await store.issue(grant);
  const token = { ...firstRefreshToken(grant.id, keys), sub: grant.sub };
  const refresh = {
    hash: refreshHash(token),
    generation: 0,
    idleUntil: start + settings.refreshIdleLifetime,
    endsAt: start + settings.refreshLifetime,
  };
  await store.spend(grant.id, 'app', { now: start, tokensExpireAt: start + 60, refresh });
  return { grant, token };
}

const refresh = (token: RefreshToken, now = start + 1, within = {}, clientId = 'app') =>
  refreshGrant(token, clientId, store, settings, now, within);

/** For a client that keeps its token. */
const refreshKept = (token: RefreshToken, now: number) =>
  refreshGrant(token, 'app', store, { ...settings, rotates: false }, now);

async function next(token: RefreshToken, now?: number): Promise<RefreshToken> {
  return answered(await refresh(token, now)).current;
}

function answered(refreshed: Awaited<ReturnType<typeof refresh>>) {
  if (!refreshed.ok) throw new Error(refreshed.refusal.reason);
  return refreshed.value;
}

/** Sets the refresh state of a grant as another version would have. */
const writeRefresh = (id: string, refresh: object) =>
  database.update({
    TableName: tables.grants,
    Key: { id },
    UpdateExpression: 'SET refresh = :refresh',
    ExpressionAttributeValues: { ':refresh': refresh },
  });

const stateOf = async ({ grantId }: RefreshToken) => (await store.find(grantId))?.state;

const reasonOf = (outcome: Awaited<ReturnType<typeof refresh>>) => (outcome.ok ? 'ok' : outcome.refusal.reason);

describe('a refresh token', () => {
  test('is replaced by its only successor', async () => {
    const { token } = await redeemed();
    const second = await next(token);
    expect(second.generation).toBe(1);
    expect(refreshHash(second)).not.toBe(refreshHash(token));
    expect(reasonOf(await refresh(second))).toBe('ok');
  });

  test('H8: of 20 parallel refreshes all get the same successor, in every round', async () => {
    for (let round = 0; round < rounds(25, 200); round += 1) {
      const { grant, token } = await redeemed();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => next(token)));
      expect(new Set(outcomes.map(refreshHash)).size).toBe(1);
      expect((await store.find(grant.id))?.refresh?.generation).toBe(1);
    }
  });

  test('OA21: of another client is refused and stays usable', async () => {
    const { token } = await redeemed();
    expect(reasonOf(await refresh(token, start, {}, 'other'))).toBe('refresh_token_of_another_client');
    expect(reasonOf(await refresh(token))).toBe('ok');
  });

  test('OA21, RI3: a wider scope or an API that was not granted is refused and costs nothing', async () => {
    const { token, grant } = await redeemed();
    expect(reasonOf(await refresh(token, start, { scope: ['openid', 'admin'] }))).toBe('scope_wider_than_granted');
    expect(reasonOf(await refresh(token, start, { resources: ['https://other.example'] }))).toBe(
      'resource_not_granted',
    );
    expect((await store.find(grant.id))?.refresh?.generation).toBe(0);
    expect(reasonOf(await refresh(token, start, { scope: ['email'], resources: ['https://api.example'] }))).toBe('ok');
  });

  test('BP21, H1: is over when it was not used for the idle lifetime', async () => {
    const { token } = await redeemed();
    expect(reasonOf(await refresh(token, start + settings.refreshIdleLifetime))).toBe('refresh_token_expired');
  });

  test('BP21: is over at the end of the grant, however often it is used', async () => {
    let { token } = await redeemed();
    for (let now = start + 900; now < start + settings.refreshLifetime; now += 900) token = await next(token, now);
    expect(reasonOf(await refresh(token, start + settings.refreshLifetime))).toBe('refresh_token_expired');
  });

  test('of a code that was never redeemed does not work', async () => {
    const { grant } = issueCode(
      {
        clientId: 'app',
        sub: 's',
        epoch: 0,
        clientEpoch: 0,
        scope: [],
        resources: [],
        redirectUri: 'x:',
        redirectUriSent: true,
        authTime: start,
        amr: ['pwd'],
        acr: '1fa',
      },
      keys,
      start,
      60,
    );
    await store.issue(grant);
    expect(reasonOf(await refresh(firstRefreshToken(grant.id, keys)))).toBe('refresh_token_unknown');
  });

  test('H5: a rotation that was committed but not answered is still won', async () => {
    const { token, grant } = await redeemed();
    const lost = proxy.lostReplies();
    proxy.loseNextReply('UpdateItem');
    const second = await next(token);
    expect(proxy.lostReplies()).toBe(lost + 1);
    expect((await store.find(grant.id))?.refresh).toMatchObject({ generation: 1, hash: refreshHash(second) });
  });
});

describe('a refresh token that was replaced', () => {
  test('RG1, S8: still has the same successor ten minutes later, while that is unused', async () => {
    const { token } = await redeemed();
    const second = await next(token, start + 1);
    const again = answered(await refresh(token, start + 601));
    expect(again).toMatchObject({ use: 'lost_reply', grant: { refresh: { generation: 1 } } });
    expect(formatRefreshToken(again.current)).toBe(formatRefreshToken(second));
  });

  test('RG1: is not prolonged by that', async () => {
    const { token } = await redeemed();
    await next(token, start + 1);
    await next(token, start + 900);
    expect(reasonOf(await refresh(token, start + 1 + settings.refreshIdleLifetime))).toBe(
      'replaced_refresh_token_expired',
    );
  });

  test('RG1: of a program that keeps it is over when its successor was unused for the idle lifetime, and the refusal says so', async () => {
    const { token } = await redeemed();
    await next(token, start + 1);
    const end = start + 1 + settings.refreshIdleLifetime;
    expect(answered(await refresh(token, end - 1)).use).toBe('lost_reply');
    expect(reasonOf(await refresh(token, end))).toBe('replaced_refresh_token_expired');
  });

  test('is called a race within ten seconds, and a lost reply afterwards', async () => {
    const { token } = await redeemed();
    await next(token, start + 1);
    expect(answered(await refresh(token, start + 11)).use).toBe('race');
    expect(answered(await refresh(token, start + 12)).use).toBe('lost_reply');
  });

  test('RG4, S8: P gives A, A gives C, then P gives C', async () => {
    const { token } = await redeemed();
    const third = await next(await next(token, start + 1), start + 2);
    const again = answered(await refresh(token, start + 3));
    expect(again.use).toBe('race');
    expect(formatRefreshToken(again.current)).toBe(formatRefreshToken(third));
    expect(reasonOf(await refresh(again.current, start + 4))).toBe('ok');
  });

  test('RG2, BP10: works to the last second of the grace period after its successor was used', async () => {
    const { token } = await redeemed();
    const third = await next(await next(token, start + 1), start + 100);
    expect(refreshHash(await next(token, start + 100 + settings.refreshGrace))).toBe(refreshHash(third));
  });

  test('RG2, BP10: revokes the grant a second later, the newest token included', async () => {
    const { grant, token } = await redeemed();
    const third = await next(await next(token, start + 1), start + 100);
    expect(reasonOf(await refresh(token, start + 101 + settings.refreshGrace))).toBe('refresh_token_replayed');
    expect((await store.find(grant.id))?.state).toBe('revoked');
    expect(reasonOf(await refresh(third, start + 140))).toBe('grant_revoked');
  });

  test('RG2: is judged by the first use of its successor, however often the grant was refreshed since', async () => {
    const tokens = [(await redeemed()).token];
    for (const now of [1, 100, 120, 129]) tokens.push(await next(tokens.at(-1) as RefreshToken, start + now));
    const [first, second, third, fourth, last] = tokens as [RefreshToken, ...RefreshToken[]];
    for (const old of [second, third, fourth]) {
      expect(refreshHash(await next(old as RefreshToken, start + 131))).toBe(refreshHash(last as RefreshToken));
    }
    // Its successor was used at 100.
    expect(reasonOf(await refresh(first, start + 131))).toBe('refresh_token_replayed');
  });

  test('works when it was replaced nine rotations ago within the grace period, and no earlier', async () => {
    const tokens = [(await redeemed()).token];
    for (let now = 1; now <= 10; now += 1) tokens.push(await next(tokens.at(-1) as RefreshToken, start + now));
    const current = refreshHash(tokens[10] as RefreshToken);
    for (const old of tokens.slice(1, 10)) expect(refreshHash(await next(old, start + 11))).toBe(current);
    expect(reasonOf(await refresh(tokens[0] as RefreshToken, start + 11))).toBe('refresh_token_replayed');
  });

  test('RG3: 10 parallel uses at each of 3 generations, in any order, make one lineage', async () => {
    const { token, grant } = await redeemed();
    const lineage = [token, successor(token), successor(successor(token))];
    for (const [index, one] of lineage.entries()) {
      const late = lineage.slice(0, index + 1);
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, turn) => next(turn % 3 === 0 ? (late[turn % late.length] ?? one) : one)),
      );
      expect(outcomes.every(({ generation }) => generation >= index && generation <= index + 1)).toBe(true);
    }
    const end = successor(successor(successor(token)));
    expect((await store.find(grant.id))?.refresh).toMatchObject({ generation: 3, hash: refreshHash(end) });
    for (const old of lineage) expect(refreshHash(await next(old))).toBe(refreshHash(end));
  });

  test.each([
    ['five minutes behind', -300],
    ['five minutes ahead', 300],
  ])('RG6: by a clock that is %s has the same successor, while that is unused', async (_, skew) => {
    const { token } = await redeemed();
    const second = await next(token, start + 400);
    expect(refreshHash(await next(token, start + 400 + skew))).toBe(refreshHash(second));
    const third = await next(second, start + 400 + skew);
    expect(refreshHash(await next(second, start + 400))).toBe(refreshHash(third));
    expect(await stateOf(token)).toBe('redeemed');
  });

  test('RG6: by a clock that is behind is never taken for a replay, and by one that is ahead for five minutes at most', async () => {
    const { token } = await redeemed();
    const third = await next(await next(token, start + 400), start + 401);
    expect(refreshHash(await next(token, start + 101))).toBe(refreshHash(third));
    expect(reasonOf(await refresh(token, start + 701))).toBe('refresh_token_replayed');
  });

  test('with another secret of a generation before is a replay', async () => {
    const { token } = await redeemed();
    await next(token);
    expect(reasonOf(await refresh({ ...token, secret: randomBytes(32) }))).toBe('refresh_token_replayed');
  });

  test('of a generation that never was is a replay, at once', async () => {
    const { token } = await redeemed();
    expect(reasonOf(await refresh({ ...token, generation: 4_294_967_295, secret: randomBytes(32) }))).toBe(
      'refresh_token_replayed',
    );
    const other = await redeemed();
    await next(other.token);
    expect(await stateOf(other.token)).toBe('redeemed');
  });

  test('is as good in an item that the version before wrote', async () => {
    const { token, grant } = await redeemed();
    const second = successor(token);
    const old = { hash: refreshHash(second), previousHash: refreshHash(token), rotatedAt: start + 1, generation: 1 };
    await writeRefresh(grant.id, { ...old, idleUntil: start + 900, endsAt: start + 5_000 });
    expect(refreshHash(await next(token, start + 600))).toBe(refreshHash(second));
    const third = await next(second, start + 700);
    expect(refreshHash(await next(token, start + 730))).toBe(refreshHash(third));
    expect(reasonOf(await refresh(token, start + 731))).toBe('refresh_token_replayed');
  });
});

describe('a refresh token that the client keeps', () => {
  test('K12: stays the one, and is prolonged by use', async () => {
    const { token } = await redeemed();
    for (let now = start + 900; now < start + 4_000; now += 900) {
      expect(answered(await refreshKept(token, now))).toEqual({
        grant: expect.objectContaining({ state: 'redeemed' }),
        state: expect.objectContaining({ generation: 0, idleUntil: now + settings.refreshIdleLifetime }),
        current: token,
      });
    }
  });

  test('K12: is refused when it was idle for too long, is of another client, or was revoked', async () => {
    const { token, grant } = await redeemed();
    expect(reasonOf(await refreshKept(token, start + settings.refreshIdleLifetime))).toBe('refresh_token_expired');
    const other = refreshGrant(token, 'other', store, { ...settings, rotates: false }, start);
    expect(reasonOf(await other)).toBe('refresh_token_of_another_client');
    await store.revoke(grant.id, start);
    expect(reasonOf(await refreshKept(token, start))).toBe('grant_revoked');
  });

  test('K12: of the form of before stays as it is', async () => {
    const { token } = await redeemed();
    const { sub: _, ...nameless } = token;
    expect(answered(await refreshKept(nameless, start + 1)).current).toEqual(nameless);
  });

  test('K12: leaves the one before it the grace period after its first use, and no more', async () => {
    const { token } = await redeemed();
    const second = await next(token, start + 1);
    for (const now of [100, 120]) await refreshKept(second, start + now);
    const again = answered(await refreshKept(token, start + 130));
    expect(again).toMatchObject({ use: 'race', current: second });
    expect(reasonOf(await refreshKept(token, start + 131))).toBe('refresh_token_replayed');
  });

  test('K12: rotates again when the client changes, and is judged by its first use', async () => {
    const { token } = await redeemed();
    const second = await next(token, start + 1);
    await refreshKept(second, start + 100);
    const third = await next(second, start + 120);
    expect((await store.find(token.grantId))?.refresh).toMatchObject({ generation: 2, usedAt: undefined });
    expect(refreshHash(await next(second, start + 900))).toBe(refreshHash(third));
    expect(reasonOf(await refresh(token, start + 131))).toBe('refresh_token_replayed');
  });
});

describe('the text of a refresh token', () => {
  const sub = '6f4c1a5e-9f0b-4f6e-8a53-1de8a7c0b9f2';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const someToken = (of: string | undefined = sub): RefreshToken => ({
    ...firstRefreshToken(randomBytes(32).toString('base64url'), keys),
    sub: of,
  });

  test.each([sub, 'a', '~'.repeat(255)])('carries grant, generation, secret and person: %s', (person) => {
    const token = { ...someToken(person), generation: 7 };
    expect(parseRefreshToken(formatRefreshToken(token), keys)).toEqual(token);
  });

  test('names its person to nobody else', () => {
    const bytes = Buffer.from(formatRefreshToken(someToken()), 'base64url').toString('latin1');
    expect(bytes).not.toContain(sub.slice(0, 4));
  });

  test('hides the same person behind other bytes at every generation', () => {
    const hidden = (token: RefreshToken) =>
      Buffer.from(formatRefreshToken(token), 'base64url').subarray(68, -16).toString('hex');
    const first = someToken();
    const tokens = [first, successor(first), successor(successor(first)), someToken()];
    expect(new Set(tokens.map(hidden)).size).toBe(4);
    expect(new Set(tokens.map(({ sub: of }) => of))).toEqual(new Set([sub]));
  });

  test('V14: has 256 bits of secret and needs no escaping', () => {
    expect(formatRefreshToken(someToken())).toMatch(/^[A-Za-z0-9_-]{160}$/);
  });

  test.each([sub, 'ab', 'abc'])('is not accepted when any of its characters differs: %s', (person) => {
    const text = formatRefreshToken(someToken(person));
    const changes = Array.from(text, (character, index) => {
      // The last character has bits that no byte needs.
      const others = index === text.length - 1 ? alphabet : 'AB_';
      return Array.from(others.replace(character, ''), (other) => text.slice(0, index) + other + text.slice(index + 1));
    }).flat();
    expect(changes.filter((changed) => parseRefreshToken(changed, keys) !== undefined)).toEqual([]);
    expect(changes).not.toContain(text);
  });

  test('is accepted under an older key of the ring, and under no other key', () => {
    const text = formatRefreshToken(someToken());
    expect(parseRefreshToken(text, [randomBytes(32), ...keys])).toBeDefined();
    expect(parseRefreshToken(text, [randomBytes(32)])).toBeUndefined();
  });

  test('RG5, S18: has a successor that does not depend on the key in use meanwhile', () => {
    const text = formatRefreshToken(someToken());
    const before = parseRefreshToken(text, keys);
    const after = parseRefreshToken(text, [randomBytes(32), ...keys]);
    if (!before || !after) throw new Error('the token was not read');
    expect(formatRefreshToken(successor(after))).toBe(formatRefreshToken(successor(before)));
  });

  test('may be the one of before, which named nobody', () => {
    const text = oldForm(keys[0]);
    expect(text).toHaveLength(112);
    const token = parseRefreshToken(text, keys);
    expect(token).toMatchObject({ generation: 7, secret: Buffer.alloc(32, 2) });
    expect(token).not.toHaveProperty('sub');
    expect(parseRefreshToken(text, [randomBytes(32)])).toBeUndefined();
  });

  test('of before is replaced by one that names its person', async () => {
    const { grant, token } = await redeemed();
    const { sub: _, ...nameless } = token;
    const again = await next(nameless);
    expect(again.sub).toBe(grant.sub);
    expect(formatRefreshToken(await next(nameless))).toBe(formatRefreshToken(again));
  });

  test('H21: the database holds nothing that a token could be made from', async () => {
    const { grant, token } = await redeemed();
    const item = JSON.stringify(await store.find(grant.id));
    for (const encoding of ['base64url', 'hex'] as const) expect(item).not.toContain(token.secret.toString(encoding));
  });
});

/** As the version before wrote it: 32 bytes of grant, 4 of generation, 32 of secret, 16 of seal. */
function oldForm(key: RefreshKey): string {
  const body = Buffer.concat([Buffer.alloc(32, 1), Buffer.from([0, 0, 0, 7]), Buffer.alloc(32, 2)]);
  const seal = createHmac('sha256', key).update('seal').update(body).digest().subarray(0, 16);
  return Buffer.concat([body, seal]).toString('base64url');
}
