import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { handOverRefreshKey, newRefreshKey, retireRefreshKey } from '../../functions/rotate-keys/refresh-key.ts';
import { tendRefreshKeys } from '../../functions/rotate-keys/rotate.ts';
import { keysRemembered, refreshHandoverTime } from '../../shared/keys/key-ring.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { refreshKeys } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { freshTables } from '../store/store.ts';
import { stoppedClock } from '../support/clock.ts';
import { isToken, refreshWorld } from './refresh-world.ts';

const day = 86_400;
const start = 1_800_000_000;
const { database, tables } = await freshTables();
const store = keyStore(database, tables.keys);
const wrapper = localWrapper(randomBytes(32));
const { redeemed, answer, soak } = refreshWorld(database, tables, wrapper);
const kids = async () => (await store.listRefreshKeys()).map(({ kid }) => kid).sort();

beforeEach(async () => {
  for (const kid of await kids()) await store.removeRefreshKey(kid);
});

describe('the keys of refresh tokens', () => {
  test('S18: two first runs make one key', async () => {
    await Promise.all([tendRefreshKeys(store, wrapper, start), tendRefreshKeys(store, wrapper, start)]);
    expect(await kids()).toEqual(['refresh-first']);
    await tendRefreshKeys(store, wrapper, start + day);
    expect(await kids()).toEqual(['refresh-first']);
  });

  test('S18: two first runs that both found nothing make one key', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => newRefreshKey(wrapper, start, start, 'first')));
    if (!one || !two) throw new Error('two keys are expected here');
    await store.addRefreshKey(one);
    await store.addRefreshKey(two);
    expect((await store.listRefreshKeys())[0]?.wrapped).toEqual(new Uint8Array(one.wrapped));
  });

  test('are replaced two minutes after the new one is made, when every function knows it', async () => {
    const clock = stoppedClock();
    await tendRefreshKeys(store, wrapper, clock.now());
    const loaded = refreshKeys(store, wrapper, clock.now);
    const [old] = await loaded();
    const { key } = await handOverRefreshKey(store, wrapper, clock.now());
    expect(key.signFrom).toBe(clock.now() + refreshHandoverTime);
    clock.advance(refreshHandoverTime - 1);
    expect((await loaded()).map((one) => one === old)).toEqual([true, false]);
    clock.advance(1);
    expect((await loaded()).map((one) => one === old)).toEqual([false, true]);
  });

  test('are not replaced again while one waits', async () => {
    await tendRefreshKeys(store, wrapper, start);
    const { key } = await handOverRefreshKey(store, wrapper, start);
    expect(await handOverRefreshKey(store, wrapper, start + 60)).toMatchObject({
      key: { kid: key.kid },
      change: 'none',
    });
    expect(await kids()).toHaveLength(2);
  });

  test('go when none of their tokens can be alive: two years and a day after they were replaced', async () => {
    await tendRefreshKeys(store, wrapper, start);
    const { key } = await handOverRefreshKey(store, wrapper, start);
    const over = key.signFrom + 731 * day;
    expect(await tendRefreshKeys(store, wrapper, over)).toEqual([]);
    expect(await tendRefreshKeys(store, wrapper, over + 1)).toEqual(['refresh-first']);
    expect(await kids()).toEqual([key.kid]);
  });

  test('are retired by hand only when another one is in use', async () => {
    await tendRefreshKeys(store, wrapper, start);
    const retire = async (kid: string, now: number) => {
      const outcome = await retireRefreshKey(store, kid, now);
      return outcome.ok ? 'retired' : outcome.refusal.reason;
    };
    expect(await retire('refresh-unheard-of', start)).toBe('key_unknown');
    expect(await retire('refresh-first', start)).toBe('key_in_use');
    const { key } = await handOverRefreshKey(store, wrapper, start);
    expect(await retire('refresh-first', key.signFrom - 1)).toBe('key_in_use');
    expect(await retire(key.kid, key.signFrom - 1)).toBe('key_in_use');
    expect(await retire('refresh-first', key.signFrom)).toBe('retired');
    expect(await kids()).toEqual([key.kid]);
  });

  test('of the version before, which had no time to be used from, are used', async () => {
    const Item = { pk: 'refresh', sk: 'refresh-0a', id: 'refresh-0a', createdAt: start };
    const wrapped = await wrapper.wrap(randomBytes(32), 'refresh-0a');
    await database.put({ TableName: tables.keys, Item: { ...Item, wrapped } });
    await tendRefreshKeys(store, wrapper, start + day);
    expect(await kids()).toEqual(['refresh-0a']);
    expect(await refreshKeys(store, wrapper, () => start + day)()).toHaveLength(1);
  });

  test('are decrypted once, however often they are looked at', async () => {
    const clock = stoppedClock();
    await tendRefreshKeys(store, wrapper, clock.now());
    let unwraps = 0;
    const unwrap = (text: Uint8Array, kid: string) => {
      unwraps += 1;
      return wrapper.unwrap(text, kid);
    };
    const loaded = refreshKeys(store, { ...wrapper, unwrap }, clock.now);
    await Promise.all(Array.from({ length: 20 }, loaded));
    clock.advance(10 * keysRemembered);
    await loaded();
    expect(unwraps).toBe(1);
  });
});

test('RG5, S18: after a restart and with another key in use, a token has the successor it had', async () => {
  const clock = stoppedClock();
  await tendRefreshKeys(store, wrapper, clock.now());
  const before = refreshKeys(store, wrapper, clock.now);
  const token = await redeemed(await before(), clock.now());
  const second = await answer(token, await before(), clock.now());
  await handOverRefreshKey(store, wrapper, clock.now());
  clock.advance(600);
  const after = await refreshKeys(store, wrapper, clock.now)();
  expect(after).toHaveLength(2);
  expect(await answer(token, after, clock.now())).toBe(second);
  const third = await answer(second, after, clock.now());
  expect(await answer(token, after, clock.now() + 30)).toBe(third);
  expect(await answer(third, after, clock.now() + 40)).toSatisfy(isToken);
});

describe('S18: under load', () => {
  // test/deep has it for an hour.
  test('a rotation of the key of refresh tokens every four minutes fails no refresh', async () => {
    const { failures, keys } = await soak(48, async (step, now) => {
      if (step % 24 === 5) await handOverRefreshKey(store, wrapper, now);
    });
    expect(failures).toEqual([]);
    expect(keys).toBe(3);
  });

  test('a key that is used at once would, at functions that do not know it yet', async () => {
    const { failures } = await soak(20, async (step, now) => {
      if (step === 10) await store.addRefreshKey(await newRefreshKey(wrapper, now, now));
    });
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.every((failure) => failure.includes('unknown'))).toBe(true);
  });
});
