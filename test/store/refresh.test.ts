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
import { lossyProxy } from './lossy-proxy.ts';
import { freshTables } from './store.ts';

const start = 1_700_000_000;
const settings = { refreshIdleLifetime: 1_000, refreshLifetime: 5_000, refreshGrace: 10 };
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

async function next(token: RefreshToken, now?: number): Promise<RefreshToken> {
  const refreshed = await refresh(token, now);
  if (!refreshed.ok) throw new Error(refreshed.refusal.reason);
  return refreshed.value.next;
}

const reasonOf = (outcome: Awaited<ReturnType<typeof refresh>>) => (outcome.ok ? 'ok' : outcome.refusal.reason);

describe('a refresh token', () => {
  test('is replaced by its only successor', async () => {
    const { token } = await redeemed();
    const second = await next(token);
    expect(second.generation).toBe(1);
    expect(refreshHash(second)).not.toBe(refreshHash(token));
    expect(reasonOf(await refresh(second))).toBe('ok');
  });

  test('H8: of 20 parallel refreshes all get the same successor, 25 rounds', async () => {
    for (let round = 0; round < 25; round += 1) {
      const { grant, token } = await redeemed();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => next(token)));
      expect(new Set(outcomes.map(refreshHash)).size).toBe(1);
      expect((await store.find(grant.id))?.refresh?.generation).toBe(1);
    }
  });

  test('H8: still returns the same successor at the end of the grace period', async () => {
    const { token } = await redeemed();
    const second = await next(token, start + 1);
    const again = await next(token, start + 1 + settings.refreshGrace);
    expect(refreshHash(again)).toBe(refreshHash(second));
  });

  test('BP10, H8: presented after the grace period revokes the grant, the newest token included', async () => {
    const { grant, token } = await redeemed();
    const second = await next(token, start + 1);
    expect(reasonOf(await refresh(token, start + 2 + settings.refreshGrace))).toBe('refresh_token_replayed');
    expect((await store.find(grant.id))?.state).toBe('revoked');
    expect(reasonOf(await refresh(second, start + 20))).toBe('grant_revoked');
  });

  test('BP10: of two generations ago revokes the grant even within the grace period', async () => {
    const { grant, token } = await redeemed();
    await next(await next(token));
    expect(reasonOf(await refresh(token))).toBe('refresh_token_replayed');
    expect((await store.find(grant.id))?.state).toBe('revoked');
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

describe('the text of a refresh token', () => {
  const sub = '6f4c1a5e-9f0b-4f6e-8a53-1de8a7c0b9f2';
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
    for (let index = 0; index < text.length; index += 1) {
      for (const other of ['A', 'B', '_']) {
        const changed = `${text.slice(0, index)}${other}${text.slice(index + 1)}`;
        if (changed !== text) expect(parseRefreshToken(changed, keys)).toBeUndefined();
      }
    }
  });

  test('is accepted under an older key of the ring, and under no other key', () => {
    const text = formatRefreshToken(someToken());
    expect(parseRefreshToken(text, [randomBytes(32), ...keys])).toBeDefined();
    expect(parseRefreshToken(text, [randomBytes(32)])).toBeUndefined();
  });

  test('S18: has a successor that does not depend on the key in use meanwhile', () => {
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
