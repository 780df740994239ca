import { expect, test } from 'vitest';
import { secretThrottle } from '../../shared/clients/secret-throttle-store.ts';
import { stoppedClock } from '../support/clock.ts';
import { freshTables } from './store.ts';

const { database, tables } = await freshTables();

test('an instance remembers so many to refuse and no more; who was forgotten is counted on', async () => {
  const clock = stoppedClock();
  const throttle = secretThrottle(database, tables.grants, clock.now, 2);
  const exhaust = async (address: string) => {
    for (let count = 0; count < 20; count += 1) await throttle.countWrong('web', address);
  };
  await exhaust('2001:db8::1');
  expect(throttle.retryAfter('web', '2001:db8::2')).toBe(600);
  for (const address of ['a', 'b', 'c']) await exhaust(address);
  expect(['a', 'b', 'c'].map((address) => throttle.retryAfter('web', address))).toEqual([undefined, 600, 600]);
  expect(await throttle.countWrong('web', 'a')).toBe(600);
});
