import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, test } from 'vitest';
import { createTables } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import type { Counted } from '../../shared/audit/audit-entry.ts';
import { auditLine, type Decision, loggedClientId } from '../../shared/audit/decision.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { daysOfFolder } from '../../shared/reports/audit-days.ts';
import { type Day, daysUntil, endOf, startOf } from '../../shared/reports/days.ts';
import { localRollUps } from '../../shared/reports/local-roll-ups.ts';
import { type RollUp, sumOf } from '../../shared/reports/roll-up.ts';
import { rollUpStore } from '../../shared/reports/roll-up-store.ts';
import { totalOf } from '../../shared/reports/tally.ts';

/*
 * A month of 200 clients and 1,000,000 audit lines. Whoever writes the lines counts them as well, in a way of their own; whatever counts
 * them afterwards comes to the same, to the last one.
 */

const clientCount = 200;
const days = daysUntil('2026-11-22', 30);
const lines = 1_000_000;
const now = endOf('2026-11-22') - 1;

const kinds: readonly Partial<Decision>[] = [
  { endpoint: 'authorize', verdict: 'allowed', method: 'S256', policy: 'S256', mode: 'enforce' },
  { endpoint: 'token', verdict: 'allowed', method: 'S256', grant: 'authorization_code' },
  { endpoint: 'authorize', verdict: 'continued', method: 'S256' },
  { endpoint: 'token', verdict: 'allowed', method: 'S256', grant: 'refresh_token' },
  { endpoint: 'authorize', verdict: 'allowed', method: 'plain', policy: 'any', mode: 'enforce' },
  { endpoint: 'authorize', verdict: 'allowed', method: 's256', policy: 'any', mode: 'enforce' },
  { endpoint: 'authorize', verdict: 'refused', method: 'none', reason: 'code_challenge_required', policy: 'S256' },
  { endpoint: 'token', verdict: 'refused', grant: 'authorization_code', reason: 'code_spent' },
  { endpoint: 'authorize', verdict: 'allowed', method: 'none', wouldRefuse: 'code_challenge_required', mode: 'report' },
  { endpoint: 'userinfo', verdict: 'allowed' },
  // Of no client.
  { endpoint: 'sign-in', verdict: 'refused', reason: 'credentials_wrong' },
];

type Counts = Map<string, number>;

const add = (counts: Counts, key: string, count = 1): void => void counts.set(key, (counts.get(key) ?? 0) + count);

/** What is counted, in one spelling. */
const keyOf = (day: Day, client: string | undefined, one: Partial<Counted>): string =>
  [
    day,
    client ?? '-',
    one.endpoint,
    one.verdict,
    one.method,
    one.policy,
    one.mode,
    one.reason,
    one.wouldRefuse,
    one.grant,
  ]
    .map((part) => part ?? '')
    .join(' ');

/** A sequence that looks like chance and is the same every time. */
function* numbers(): Generator<number, never> {
  for (let seed = 1; ; ) {
    seed = (seed * 48_271) % 2_147_483_647;
    yield seed;
  }
}

const written: Counts = new Map();
const unreadable = { broken: 0, other_version: 0 };
const chance = numbers();

/** So many lines of a day. Some are of a later version, and some are none. */
async function writeLines(folder: string, day: Day, count: number): Promise<void> {
  const file = createWriteStream(join(folder, `${day}.jsonl`), { flags: 'a' });
  for (let at = 0; at < count; at += 1) {
    const text = nextLine(day, at, count);
    if (!file.write(`${text}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

function nextLine(day: Day, at: number, count: number): string {
  const number = chance.next().value;
  if (number % 5_003 === 0) {
    unreadable.other_version += 1;
    return '{"v":2,"time":1,"what":"a later version says"}';
  }
  if (number % 5_009 === 0) {
    unreadable.broken += 1;
    return '{"v":1,"time":';
  }
  const kind = kinds[number % kinds.length] ?? {};
  const client = kind.endpoint === 'sign-in' ? undefined : `client-${Math.floor(number / 16) % clientCount}`;
  add(written, keyOf(day, client && loggedClientId(client), kind));
  const time = startOf(day) + Math.floor((at * 86_400) / count);
  return auditLine(time, `request-${at}`, { ...kind, ...(client && { client }) } as Decision);
}

const countsOf = (rollUps: readonly RollUp[]): Counts => {
  const counts: Counts = new Map();
  for (const { day, tallied } of rollUps) {
    for (const { count, ...one } of tallied.tallies) add(counts, keyOf(day, one.client, one), count);
  }
  return counts;
};

const folder = await mkdtemp(join(tmpdir(), 'pixy-roll-up-'));
afterAll(() => rm(folder, { recursive: true }));
const kept = join(folder, 'roll-up');
const counter = () => localRollUps(daysOfFolder(folder), () => now, kept);

test('1,000,000 lines are counted exactly, also by whoever starts again in the middle, and a week of them kept exactly by a table', async () => {
  const share = Math.floor(lines / days.length / 2);
  const first = counter();
  for (const day of days) await writeLines(folder, day, share);
  expect(countsOf(await first.read(days))).toEqual(written);

  // The other half comes while two of them count, one from what was kept.
  const second = counter();
  for (const [at, day] of days.entries()) {
    const rest = at === days.length - 1 ? lines - (2 * days.length - 1) * share : share;
    await Promise.all([writeLines(folder, day, rest), first.read([day]), second.read([day])]);
  }
  const [one, other] = [await first.read(days), await second.read(days)];
  const total = [...written.values()].reduce((sum, count) => sum + count, 0);
  expect(total + unreadable.broken + unreadable.other_version).toBe(lines);
  for (const found of [one, other, await counter().read(days)]) {
    expect(countsOf(found)).toEqual(written);
    const sum = sumOf(found);
    expect(totalOf(sum.tallies)).toBe(total);
    expect(sum.unreadable).toEqual(unreadable);
    expect(new Set(sum.tallies.map(({ client }) => client)).size).toBe(clientCount + 1);
  }

  // A line without its end is no line yet.
  await appendFile(join(folder, `${days.at(-1)}.jsonl`), '{"v":1,"time":1795');
  expect(countsOf(await first.read(days))).toEqual(written);

  await using database = await openTables();
  const week = one.slice(-7);
  for (const rollUp of week) await database.store.put(rollUp);
  const back = await database.store.read(days);
  expect(countsOf(back)).toEqual(countsOf(week));
  expect(sumOf(back).unreadable).toEqual(sumOf(week).unreadable);
  expect(back.map(({ day }) => day)).toEqual(days.slice(-7));
});

/** The table of a deployment. */
async function openTables() {
  const embedded = await startEmbeddedDynamoDB();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: embedded.endpoint, region: 'eu-central-1', credentials });
  await createTables(client, { grants: 'grants', clients: 'clients', people: 'people', keys: 'keys' });
  return {
    store: rollUpStore(openDatabase(client), 'clients'),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await embedded.close();
    },
  };
}
