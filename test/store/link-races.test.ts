import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../shared/aws/dynamodb.ts';
import { type LinkStore, linkStore } from '../../shared/upstream/link-store.ts';
import { rounds } from '../support/rounds.ts';
import { inAnyOrder } from './any-order.ts';
import { freshTables } from './store.ts';

/* A link that is made and removed at once, in any order of the calls of the database: it is never a way in that its owner cannot see. */

const { database, tables } = await freshTables();
const links = linkStore(database, tables.people);
const provider = { provider: 'example' };

const make = (sub: string) => (store: LinkStore, pair: Pair) => store.claim(pair, sub, provider, 2);
const remove = (sub: string) => (store: LinkStore, pair: Pair) => store.release(sub, pair);
type Pair = { issuer: string; subject: string };
type Step = (store: LinkStore, pair: Pair) => Promise<unknown>;

let subjects = 0;

test.each<[string, Step[]]>([
  ['made again while it is removed', [make('ada'), remove('ada')]],
  ['made in two tabs while it is removed', [make('ada'), make('ada'), remove('ada')]],
  ['made by somebody else while it is removed', [make('bob'), remove('ada')]],
  ['made by two people while it is removed', [make('bob'), make('ada'), remove('ada')]],
])('%s', async (_, steps) => {
  const every = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    subjects += 1;
    const pair = { issuer: 'https://provider.example', subject: String(subjects) };
    await links.claim(pair, 'ada', provider, 1);
    const store = linkStore(inAnyOrder(database, scheduler), tables.people);
    const all = Promise.all(steps.map((step) => step(store, pair)));
    await scheduler.waitFor(all);
    await all;
    const found = await links.find(pair);
    for (const sub of ['ada', 'bob']) {
      const listed = await links.list(sub);
      expect(listed).toHaveLength(found?.sub === sub ? 1 : 0);
      for (const { id } of listed) await links.release(sub, id);
      expect(await links.list(sub)).toEqual([]);
    }
    expect(await links.find(pair)).toBeUndefined();
  });
  await fc.assert(every, { numRuns: rounds(8, 400) });
});

test('made by an attempt that comes last, after another one was removed, with the entry of both', async () => {
  const pair = { issuer: 'https://provider.example', subject: 'last' };
  const listed = Promise.withResolvers<void>();
  const others = Promise.withResolvers<void>();
  const waiting: Database = {
    ...database,
    updateOnce: async (input) => {
      listed.resolve();
      await others.promise;
      return database.updateOnce(input);
    },
  };
  const last = linkStore(waiting, tables.people).claim(pair, 'cem', provider, 1);
  await listed.promise;
  await links.claim(pair, 'cem', provider, 1);
  await links.release('cem', pair);
  others.resolve();
  expect(await last).toBe(true);
  expect(await links.list('cem')).toHaveLength(1);
});
