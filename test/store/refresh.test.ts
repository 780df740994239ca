import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../shared/grants/grant.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { refreshGrant } from '../../shared/grants/refresh-grant.ts';
import {
  firstRefreshToken,
  formatRefreshToken,
  parseRefreshToken,
  type RefreshKeys,
  type RefreshToken,
  refreshHash,
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
      scope: ['openid', 'email'],
      resources: ['https://api.example'],
      redirectUri: 'https://app.example/cb',
      redirectUriSent: true,
      authTime: start,
      amr: ['pwd'],
      acr: '1fa',
      ...changes,
    },
    start,
    60,
  );
  await store.issue(grant);
  const token = firstRefreshToken(grant.id);
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
  refreshGrant(token, clientId, store, keys, settings, now, within);

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
        scope: [],
        resources: [],
        redirectUri: 'x:',
        redirectUriSent: true,
        authTime: start,
        amr: ['pwd'],
        acr: '1fa',
      },
      start,
      60,
    );
    await store.issue(grant);
    expect(reasonOf(await refresh(firstRefreshToken(grant.id)))).toBe('refresh_token_unknown');
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
  test('carries grant, generation and secret', () => {
    const token = { ...firstRefreshToken(randomBytes(32).toString('base64url')), generation: 7 };
    expect(parseRefreshToken(formatRefreshToken(token, keys), keys)).toEqual(token);
  });

  test('V14: has 256 bits of secret and needs no escaping', () => {
    const text = formatRefreshToken(firstRefreshToken(randomBytes(32).toString('base64url')), keys);
    expect(text).toMatch(/^[A-Za-z0-9_-]{112}$/);
  });

  test('is not accepted when any of its bytes differs', () => {
    const text = formatRefreshToken(firstRefreshToken(randomBytes(32).toString('base64url')), keys);
    for (let index = 0; index < text.length; index += 1) {
      const changed = `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`;
      expect(parseRefreshToken(changed, keys)).toBeUndefined();
    }
  });

  test('is accepted under an older key of the ring, and under no other key', () => {
    const text = formatRefreshToken(firstRefreshToken(randomBytes(32).toString('base64url')), keys);
    expect(parseRefreshToken(text, [randomBytes(32), ...keys])).toBeDefined();
    expect(parseRefreshToken(text, [randomBytes(32)])).toBeUndefined();
  });

  test('H21: the database holds nothing that a token could be made from', async () => {
    const { grant, token } = await redeemed();
    const item = JSON.stringify(await store.find(grant.id));
    for (const encoding of ['base64url', 'hex'] as const) expect(item).not.toContain(token.secret.toString(encoding));
  });
});
