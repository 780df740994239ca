import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { handOver, retireKey } from '../../functions/rotate-keys/by-hand.ts';
import { rotateKeys } from '../../functions/rotate-keys/rotate.ts';
import { describeRing, handoverTime, rotationSettings } from '../../shared/keys/key-ring.ts';
import { type KeyStore, keyStore } from '../../shared/keys/key-store.ts';
import { NoSigningKey, publishedKeys, signingKeys } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { memoryCustody } from '../../shared/keys/memory-custody.ts';
import type { SigningAlgorithm, StoredKey } from '../../shared/keys/signing-key.ts';
import { freshTables } from '../store/store.ts';

const start = 1_800_000_000;
const day = 86_400;
const custody = memoryCustody(localWrapper(randomBytes(32)));
const { database, tables } = await freshTables();

let store: KeyStore;
let destroyed: string[];
const counting = {
  ...custody,
  destroy: async ({ kid }: StoredKey) => {
    destroyed.push(kid);
  },
};

beforeEach(async () => {
  store = keyStore(database, tables.keys);
  for (const { kid } of await store.list()) await store.remove(kid);
  destroyed = [];
});

const schedule = (now: number, ...algorithms: SigningAlgorithm[]) =>
  rotateKeys(store, counting, algorithms, rotationSettings, now);

const published = async (now: number) => (await publishedKeys(store, () => now)()).keys.map(({ kid }) => kid);
const signer = async (now: number, algorithm: SigningAlgorithm = 'ES256') =>
  (await signingKeys(store, custody, () => now)(algorithm)).kid;

async function firstKey(now = start): Promise<string> {
  const { published: made } = await schedule(now, 'ES256');
  return made[0]?.kid ?? '';
}

describe('a rotation by hand', () => {
  test('publishes a key now that signs when every verifier has it, and the old one signs until then', async () => {
    const old = await firstKey();
    const now = start + 10 * day;
    const { key, change } = await handOver(store, counting, 'ES256', now, now + handoverTime);
    expect(change).toBe('make');
    expect(new Set(await published(now))).toEqual(new Set([old, key.kid]));
    expect(await signer(now + handoverTime - 1)).toBe(old);
    expect(await signer(now + handoverTime)).toBe(key.kid);
  });

  test('that is repeated changes nothing', async () => {
    await firstKey();
    const { key } = await handOver(store, counting, 'ES256', start, start + handoverTime);
    const again = await handOver(store, counting, 'ES256', start + 60, start + 60 + handoverTime);
    expect(again).toMatchObject({ change: 'none', key: { kid: key.kid, signFrom: start + handoverTime } });
    expect(await store.list()).toHaveLength(2);
  });

  test('brings the key forward that the schedule has published, and makes none', async () => {
    await firstKey();
    const now = start + 90 * day - day;
    const [next] = (await schedule(now, 'ES256')).published;
    const { key, change } = await handOver(store, counting, 'ES256', now + 60, now + 60 + handoverTime);
    expect({ kid: key.kid, change }).toEqual({ kid: next?.kid, change: 'forward' });
    expect(await signer(now + 60 + handoverTime)).toBe(key.kid);
  });

  test('is followed by the schedule: ninety days for the new key, and the old one goes when its last token has expired', async () => {
    const old = await firstKey();
    const { key } = await handOver(store, counting, 'ES256', start, start + handoverTime);
    const over = start + handoverTime + rotationSettings.keepAfter;
    expect(await schedule(over, 'ES256')).toEqual({ published: [], retired: [] });
    expect(await schedule(over + 1, 'ES256')).toEqual({ published: [], retired: [old] });
    expect((await schedule(key.signFrom + 88 * day, 'ES256')).published).toEqual([]);
    expect((await schedule(key.signFrom + 89 * day, 'ES256')).published).toHaveLength(1);
  });
});

describe('a key that is retired', () => {
  test('is not there when nobody knows it', async () => {
    const kid = await firstKey();
    expect(await retireKey(store, counting, 'unheard-of', start)).toMatchObject({ ok: false });
    expect(await published(start)).toEqual([kid]);
  });

  test('is published no more, and its private part is destroyed', async () => {
    const kid = await firstKey();
    await retireKey(store, counting, kid, start + 60);
    expect(await published(start + 60)).not.toContain(kid);
    expect(destroyed).toEqual([kid]);
  });

  test('and was the only one leaves a new one that signs at once', async () => {
    const kid = await firstKey();
    await retireKey(store, counting, kid, start + 60);
    const [next] = await published(start + 60);
    expect(next).not.toBe(kid);
    expect(await signer(start + 60)).toBe(next);
  });

  test('and signed leaves the next one to sign at once, which verifiers may know already', async () => {
    const kid = await firstKey();
    const { key: next } = await handOver(store, counting, 'ES256', start, start + handoverTime);
    const outcome = await retireKey(store, counting, kid, start + 60);
    expect(outcome).toMatchObject({ ok: true, value: { successor: { change: 'forward', key: { kid: next.kid } } } });
    expect(await signer(start + 60)).toBe(next.kid);
    expect(await store.list()).toHaveLength(1);
  });

  test('never brings an older key back, which was replaced for a reason', async () => {
    const old = await firstKey();
    const { key } = await handOver(store, counting, 'ES256', start, start + 60);
    await retireKey(store, counting, key.kid, start + 120);
    expect(await signer(start + 120)).not.toBe(old);
    expect(await published(start + 120)).toContain(old);
  });

  test.each(['next', 'replaced'])('and did not sign leaves the one that does: %s', async (state) => {
    const old = await firstKey();
    const { key } = await handOver(store, counting, 'ES256', start, start + handoverTime);
    const now = state === 'next' ? start + 60 : start + handoverTime;
    const [gone, signs] = state === 'next' ? [key.kid, old] : [old, key.kid];
    expect(await retireKey(store, counting, gone, now)).toMatchObject({ ok: true, value: { successor: undefined } });
    expect(await published(now)).toEqual([signs]);
    expect(await signer(now)).toBe(signs);
  });

  test('is gone although somebody brings it forward at the same moment', async () => {
    await firstKey();
    const { key } = await handOver(store, counting, 'ES256', start, start + handoverTime);
    await store.remove(key.kid);
    expect(await store.replace({ ...key, signFrom: start })).toBe(false);
    expect(await published(start)).not.toContain(key.kid);
  });

  test('goes after its successor is there: at no call in between is there none that signs', async () => {
    const kid = await firstKey();
    const signers: string[] = [];
    const watched: KeyStore = {
      ...store,
      put: async (key) => {
        await store.put(key);
        signers.push(await signer(start + 60));
      },
      remove: async (gone) => {
        signers.push(await signer(start + 60));
        await store.remove(gone);
        signers.push(await signer(start + 60));
      },
    };
    await retireKey(watched, counting, kid, start + 60);
    expect(signers).toHaveLength(3);
    expect(signers.every((one) => one !== '')).toBe(true);
    expect(signers.at(-1)).not.toBe(kid);
  });
});

describe('an algorithm that is taken out of the settings', () => {
  const both = ['ES256', 'EdDSA'] as const;

  test('keeps its keys published until the last token has expired, then they are deleted', async () => {
    await schedule(start, ...both);
    const kid = await signer(start, 'EdDSA');
    expect(await schedule(start + day, 'ES256')).toEqual({ published: [], retired: [] });
    const last = start + day + day + rotationSettings.keepAfter;
    expect((await schedule(last, 'ES256')).retired).toEqual([]);
    expect(await published(last)).toContain(kid);
    expect((await schedule(last + 1, 'ES256')).retired).toEqual([kid]);
    expect(await published(last + 1)).toHaveLength(1);
    expect(destroyed).toEqual([kid]);
  });

  test('signs for one more day, for a deployment that is taken back, and then no more', async () => {
    await schedule(start, ...both);
    await schedule(start + day, 'ES256');
    expect(await signer(start + 2 * day - 1, 'EdDSA')).toBeDefined();
    await expect(signer(start + 2 * day, 'EdDSA')).rejects.toThrow(NoSigningKey);
  });

  test('and put back finds its key again', async () => {
    await schedule(start, ...both);
    const kid = await signer(start, 'EdDSA');
    await schedule(start + day, 'ES256');
    expect(await schedule(start + 2 * day, ...both)).toEqual({ published: [], retired: [] });
    expect(await signer(start + 30 * day, 'EdDSA')).toBe(kid);
    expect((await schedule(start + 40 * day, ...both)).retired).toEqual([]);
  });

  test('has no successor made when its key is retired', async () => {
    await schedule(start, ...both);
    const kid = await signer(start, 'EdDSA');
    await schedule(start + day, 'ES256');
    expect(await retireKey(store, counting, kid, start + day)).toMatchObject({ value: { successor: undefined } });
    expect(await published(start + day)).toHaveLength(1);
  });

  test('is told apart from those that rotate', async () => {
    await schedule(start, ...both);
    await schedule(start + day, 'ES256');
    await handOver(store, counting, 'ES256', start + day, start + day + 60);
    const states = (now: number) =>
      store.list().then((keys) =>
        describeRing(keys, now, rotationSettings)
          .map(({ state }) => state)
          .sort(),
      );
    expect(await states(start + day)).toEqual(['next', 'signing', 'withdrawn']);
    expect(await states(start + day + 60)).toEqual(['replaced', 'signing', 'withdrawn']);
  });
});
