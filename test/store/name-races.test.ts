import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccountChange, type AccountStore, accountStore } from '../../shared/people/account-store.ts';
import { rounds } from '../support/rounds.ts';
import { inAnyOrder } from './any-order.ts';
import { freshTables } from './store.ts';

/* Changes of the names of one account at once, in any order of the calls of the database: what it is called leads to it afterwards. */

const { database, tables } = await freshTables();
const accounts = accountStore(database, tables.people);
let count = 0;

/** Changes the account as it is, and again if somebody else was faster. */
async function change(store: AccountStore, sub: string, to: AccountChange): Promise<void> {
  for (let tries = 0; tries < 2; tries += 1) {
    const seen = await store.findBySubject(sub);
    if (seen && (await store.change(seen, to, 2)).ok) return;
  }
}

test.each<[string, (names: { old: string; next: string; taken: string }) => AccountChange[]]>([
  ['there and back', ({ old, next }) => [{ username: next }, { username: old }]],
  [
    'one of which is refused for its address',
    ({ next, taken }) => [{ username: next }, { username: next, email: taken }],
  ],
  ['all of that', ({ old, next, taken }) => [{ username: next }, { username: old }, { username: next, email: taken }]],
])('%s', async (_, changesOf) => {
  const every = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    count += 1;
    const names = { old: `old-${count}`, next: `next-${count}`, taken: `taken-${count}@example.com` };
    await accounts.add({ email: names.taken, claims: {} }, 1);
    const { sub } = await accounts.put({ username: names.old, claims: {} }, 1);
    const store = accountStore(inAnyOrder(database, scheduler), tables.people);
    const all = Promise.all(changesOf(names).map((to) => change(store, sub, to)));
    await scheduler.waitFor(all);
    await all;
    const { username = '' } = (await accounts.findBySubject(sub)) ?? {};
    expect((await accounts.findByUsername(username))?.sub).toBe(sub);
  });
  await fc.assert(every, { numRuns: rounds(8, 400) });
});
