import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { handOverRefreshKey } from '../../functions/rotate-keys/refresh-key.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { refreshWorld } from '../keys/refresh-world.ts';
import { freshTables } from '../store/store.ts';

const { database, tables } = await freshTables();
const store = keyStore(database, tables.keys);
const wrapper = localWrapper(randomBytes(32));
const { soak } = refreshWorld(database, tables, wrapper);

test('S18: a rotation of the key of refresh tokens every four minutes fails no refresh of an hour', async () => {
  const { failures, keys } = await soak(360, async (step, now) => {
    if (step % 24 === 5) await handOverRefreshKey(store, wrapper, now);
  });
  expect(failures).toEqual([]);
  expect(keys).toBeGreaterThanOrEqual(15);
}, 300_000);
