import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../shared/grants/grant.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { heldGrantStore } from '../../shared/grants/held-grant-store.ts';
import { grantId, issueCode } from '../../shared/grants/issue-code.ts';
import { redeemCode } from '../../shared/grants/redeem-code.ts';
import { resolveRules, shippedGlobalPolicy } from '../../shared/pkce/policy.ts';
import { s256 } from '../../shared/pkce/s256.ts';
import { rounds } from '../support/rounds.ts';
import { freshTables } from './store.ts';

const now = 1_700_000_000;
const tokensExpireAt = now + 3_600;
const codeVerifier = 'a-verifier-of-forty-three-characters-or-more-1';
const rules = resolveRules({ policy: 'S256', isPublic: true }, shippedGlobalPolicy, now);
const times = { now, tokensExpireAt };

const { database, tables } = await freshTables();
const store = grantStore(database, tables.grants);
const heldGrants = heldGrantStore(database, tables.grants);
const raw = (id: string): Promise<Record<string, unknown> | undefined> =>
  database.get({ TableName: tables.grants, Key: { id }, ConsistentRead: true });

async function issued(changes: Partial<Grant> = {}) {
  const made = issueCode(
    {
      clientId: 'app',
      sub: 'somebody',
      epoch: 0,
      clientEpoch: 0,
      scope: ['openid'],
      resources: [],
      redirectUri: 'https://app.example/cb',
      redirectUriSent: true,
      authTime: now - 5,
      amr: ['pwd'],
      acr: '1fa',
      challenge: { codeChallenge: s256(codeVerifier), codeChallengeMethod: 'S256' },
    },
    [randomBytes(32)],
    now,
    60,
  );
  const grant = { ...made.grant, ...changes };
  await store.issue(grant);
  return { code: made.code, grant };
}

const redeem = (code: string, request: { codeVerifier?: string; clientId?: string } = {}) =>
  redeemCode(
    {
      code: { grantId: grantId(code) },
      codeVerifier: request.codeVerifier ?? codeVerifier,
      redirectUri: 'https://app.example/cb',
    },
    { clientId: request.clientId ?? 'app', rules, scope: ['openid'] },
    store,
    times,
  );

describe('spending a code', () => {
  test('returns the grant as it was issued', async () => {
    const { code, grant } = await issued();
    const redeemed = await redeem(code);
    expect(redeemed).toEqual({ ok: true, value: { grant: { ...grant, state: 'redeemed', redeemedAt: now } } });
  });

  test('H4: of 20 concurrent redemptions exactly one wins, in every round', async () => {
    for (let round = 0; round < rounds(100, 500); round += 1) {
      const { grant } = await issued();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.spend(grant.id, 'app', times)));
      expect(outcomes.filter(({ won }) => won)).toHaveLength(1);
    }
  });

  test('H4: concurrent redemptions mint at most once, and the replays among them revoke the grant', async () => {
    const { code, grant } = await issued();
    const outcomes = await Promise.all(Array.from({ length: rounds(10, 100) }, () => redeem(code)));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await store.find(grant.id))?.state).toBe('revoked');
  });

  test('OA14: the attempt of another client is refused and leaves the code to its own client', async () => {
    const { code } = await issued();
    expect(await redeem(code, { clientId: 'other' })).toEqual({
      ok: false,
      refusal: { reason: 'code_of_another_client' },
    });
    expect((await redeem(code)).ok).toBe(true);
  });

  test('H1: an expired code is refused although its item is still there', async () => {
    const { code, grant } = await issued({ expiresAt: now });
    expect(await redeem(code)).toEqual({ ok: false, refusal: { reason: 'code_expired' } });
    expect(await raw(grant.id)).toBeDefined();
  });

  test('a code that was never issued is unknown', async () => {
    expect(await redeem('never-issued')).toEqual({ ok: false, refusal: { reason: 'code_unknown' } });
  });

  test('a failed proof leaves the code spent', async () => {
    const { code } = await issued();
    const wrong = await redeem(code, { codeVerifier: codeVerifier.replace('a', 'b') });
    expect(wrong).toMatchObject({ ok: false, refusal: { reason: 'code_verifier_mismatch' } });
    expect(await redeem(code)).toEqual({ ok: false, refusal: { reason: 'code_spent' } });
  });
});

describe('replaying a code', () => {
  test('OA13, V2: with a valid proof revokes the grant', async () => {
    const { code, grant } = await issued();
    await redeem(code);
    expect(await redeem(code)).toEqual({ ok: false, refusal: { reason: 'code_spent' } });
    expect(await store.find(grant.id)).toMatchObject({ state: 'revoked', revokedAt: now });
  });

  test('V2: with a wrong verifier does not', async () => {
    const { code, grant } = await issued();
    await redeem(code);
    await redeem(code, { codeVerifier: `${codeVerifier}x` });
    expect((await store.find(grant.id))?.state).toBe('redeemed');
  });

  test('V2: by another client does not', async () => {
    const { code, grant } = await issued();
    await redeem(code);
    await redeem(code, { clientId: 'other' });
    expect((await store.find(grant.id))?.state).toBe('redeemed');
  });
});

describe('the item', () => {
  test('H21: holds neither the code nor a verifier', async () => {
    const { code, grant } = await issued();
    await redeem(code);
    const text = JSON.stringify(await raw(grant.id));
    expect(text).not.toContain(code);
    expect(text).not.toContain(codeVerifier);
  });

  test('H2: has a purgeAt in whole epoch seconds, after the last moment it is needed', async () => {
    const { code, grant } = await issued();
    expect((await raw(grant.id))?.['purgeAt']).toBe(grant.expiresAt + 86_400);
    await redeem(code);
    expect((await raw(grant.id))?.['purgeAt']).toBe(tokensExpireAt + 86_400);
  });

  test('revoking what is no longer there is no error', async () => {
    await expect(store.revoke('gone', now)).resolves.toBeUndefined();
    expect(await raw('gone')).toBeUndefined();
  });
});

describe('tidying up after what was taken back', () => {
  const now = 1_700_000_100;
  async function held(sub: string, changes: Partial<Grant>) {
    const { grant } = await issued({ sub, ...changes });
    const refresh = { hash: 'a hash', generation: 0, idleUntil: now + 100, endsAt: now + 100 };
    await store.spend(grant.id, grant.clientId, { ...times, refresh });
    return grant.id;
  }
  const statesOf = (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await store.find(id))?.state));

  test('S7: revokes grants of another epoch, and none that came after', async () => {
    const ids = [await held('tidy', { epoch: 1 }), await held('tidy', { epoch: 2 }), await held('other', { epoch: 1 })];
    await heldGrants.clearAway('tidy', { counter: 'epoch', current: 2 }, now);
    expect(await statesOf(ids)).toEqual(['revoked', 'redeemed', 'redeemed']);
  });

  test('S7: revokes what one client got before, and all of a client that is gone', async () => {
    const ids = [
      await held('picky', { clientEpoch: 1 }),
      await held('picky', { clientEpoch: 2 }),
      await held('picky', { clientId: 'another', clientEpoch: 1 }),
    ];
    await heldGrants.clearAway('picky', { counter: 'clientEpoch', current: 2, clientId: 'app' }, now);
    expect(await statesOf(ids)).toEqual(['revoked', 'redeemed', 'redeemed']);
    await heldGrants.clearAway('picky', { counter: 'clientEpoch', current: undefined, clientId: 'app' }, now);
    expect(await statesOf(ids)).toEqual(['revoked', 'revoked', 'redeemed']);
  });

  test('S7: deletes the oldest grants of one client when there are too many, and leaves as many as may stay', async () => {
    const ids: string[] = [];
    for (const age of [30, 10, 50, 20, 40]) ids.push(await held('many', { issuedAt: now - age }));
    const others = [await held('many', { clientId: 'another' }), await held('few', {})];
    await store.endOldest('many', 'app', { most: 5, keep: 3, spared: '' });
    expect(new Set(await statesOf(ids))).toEqual(new Set(['redeemed']));
    await store.endOldest('many', 'app', { most: 4, keep: 3, spared: '' });
    expect(await statesOf(ids)).toEqual(['redeemed', 'redeemed', undefined, 'redeemed', undefined]);
    expect(await statesOf(others)).toEqual(['redeemed', 'redeemed']);
  });

  test.each([0, -1])(
    'S7: never deletes the grant that is being redeemed, however many are of its second: %s',
    async (at) => {
      const sub = `hasty${String(at)}`;
      const ids = (await Promise.all(Array.from({ length: 6 }, () => held(sub, { issuedAt: now })))).toSorted();
      const spared = ids.at(at) ?? '';
      await store.endOldest(sub, 'app', { most: 3, keep: 2, spared });
      expect(await statesOf([spared])).toEqual(['redeemed']);
      expect((await statesOf(ids)).filter((state) => state === 'redeemed')).toHaveLength(2);
    },
  );

  test('S7: deletes hundreds of grants at once, the oldest', async () => {
    const ids = await Promise.all(Array.from({ length: 230 }, (_, age) => held('very many', { issuedAt: now - age })));
    await store.endOldest('very many', 'app', { most: 200, keep: 100, spared: '' });
    const states = await statesOf(ids);
    expect(new Set(states.slice(0, 100))).toEqual(new Set(['redeemed']));
    expect(new Set(states.slice(100))).toEqual(new Set([undefined]));
  });

  test('S7: takes hundreds of grants in its stride', async () => {
    const ids = await Promise.all(Array.from({ length: 250 }, () => held('busy', { epoch: 1 })));
    await heldGrants.clearAway('busy', { counter: 'epoch', current: 2 }, now);
    expect(new Set(await statesOf(ids))).toEqual(new Set(['revoked']));
    expect(await heldGrants.listOf('busy')).toEqual([]);
  });
});
