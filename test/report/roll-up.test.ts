import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rollUp } from '../../functions/roll-up/roll-up.ts';
import { createTables } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { auditLine, type Decision } from '../../shared/audit/decision.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { daysInMemory, daysOfFolder } from '../../shared/reports/audit-days.ts';
import { searchDays } from '../../shared/reports/audit-search.ts';
import { searchLogGroups } from '../../shared/reports/audit-search-store.ts';
import { dayOf, daysUntil, isDay, startOf, weekOf } from '../../shared/reports/days.ts';
import { localRollUps } from '../../shared/reports/local-roll-ups.ts';
import { overview, reasonsOf } from '../../shared/reports/overview.ts';
import { type RollUp, sumOf } from '../../shared/reports/roll-up.ts';
import { rollUpStore } from '../../shared/reports/roll-up-store.ts';
import { newTally, type Period, totalOf } from '../../shared/reports/tally.ts';
import { trend } from '../../shared/reports/trend.ts';
import { type Entries, issued, now, refusedFor, tallied, times } from './made-up.ts';

const today = dayOf(now);

const line = (decision: Partial<Decision>, time = now) =>
  auditLine(time, 'one-request', {
    endpoint: 'authorize',
    verdict: 'allowed',
    client: 'app',
    method: 'S256',
    ...decision,
  });

describe('days', () => {
  test('are whole, in UTC, and weeks begin on Monday', () => {
    expect(daysUntil('2026-03-01', 3)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect([weekOf('2026-11-22'), weekOf('2026-11-23')]).toEqual(['2026-11-16', '2026-11-23']);
    expect([startOf('2026-11-22'), dayOf(startOf('2026-11-22'))]).toEqual([now - 43_200, '2026-11-22']);
    expect(['2026-02-30', '2026-2-3', 'x', ''].filter(isDay)).toEqual([]);
  });
});

describe('in a local run', () => {
  let folder: string;
  const fileOf = (day: string) => join(folder, `${day}.jsonl`);
  const kept = () => join(folder, 'roll-up', `${today}.json`);
  const read = async (source = localRollUps(daysOfFolder(folder), () => now, join(folder, 'roll-up'))) =>
    (await source.read([today]))[0]?.tallied;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pixy-roll-up-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a day without a file is left out', async () => {
    expect(await localRollUps(daysOfFolder(folder), () => now).read(daysUntil(today, 3))).toEqual([]);
    expect(await localRollUps(daysOfFolder(join(folder, 'none')), () => now).read([today])).toEqual([]);
  });

  test('lines are counted as they come, each once, and none while it is being written', async () => {
    await writeFile(fileOf(today), `${line({})}\n${line({})}\n`);
    const counting = localRollUps(daysOfFolder(folder), () => now);
    expect(totalOf((await read(counting))?.tallies ?? [])).toBe(2);
    const whole = line({ verdict: 'refused', reason: 'code_challenge_required', method: 'none' });
    await appendFile(fileOf(today), whole.slice(0, 50));
    expect(totalOf((await read(counting))?.tallies ?? [])).toBe(2);
    await appendFile(fileOf(today), `${whole.slice(50)}\n`);
    const together = await Promise.all([read(counting), read(counting)]);
    expect(together.map((one) => totalOf(one?.tallies ?? []))).toEqual([3, 3]);
  });

  test('lines of a later version are counted apart, and so is what is no line', async () => {
    await appendFile(fileOf(today), '{"v":2,"time":1}\n{"v":99}\nnonsense\n');
    expect((await read())?.unreadable).toEqual({ other_version: 2, broken: 1 });
  });

  test('what was counted is kept, and counting goes on behind it', async () => {
    const many = Array.from({ length: 3_000 }, (_, at) => line({ client: `client-${at % 7}` }));
    await appendFile(fileOf(today), `${many.join('\n')}\n`);
    const before = await read();
    const text = await readFile(kept(), 'utf8');
    expect(text.length).toBeLessThan(2_000);
    // Whoever starts again reads the file, not the lines that it covers.
    const others = '[1,[[1000000,1,"authorize","continued"]]]';
    await writeFile(kept(), JSON.stringify({ ...JSON.parse(text), others }));
    await appendFile(fileOf(today), `${line({ client: 'late' })}\n`);
    const after = await read();
    expect(totalOf(after?.tallies ?? [])).toBe(totalOf(before?.tallies ?? []) + 1_000_001);
    expect(after?.unreadable).toEqual(before?.unreadable);
  });

  test('a file that cannot be read is counted again', async () => {
    for (const broken of ['{', '{"next":0}', '']) {
      await writeFile(kept(), broken);
      expect(totalOf((await read())?.tallies ?? [])).toBe(3_004);
    }
  });

  test('text without an end is not kept in memory', async () => {
    await mkdir(join(folder, 'long'));
    await writeFile(join(folder, 'long', `${today}.jsonl`), `${'x'.repeat(3_000_000)}\n${line({})}\n`);
    const [found] = await localRollUps(daysOfFolder(join(folder, 'long')), () => now).read([today]);
    expect(totalOf(found?.tallied.tallies ?? [])).toBe(1);
    expect(found?.tallied.unreadable.broken).toBeGreaterThan(0);
  });

  test('without a folder, the latest lines are counted from memory', async () => {
    const days = daysInMemory(() => now);
    const counting = localRollUps(days, () => now);
    days.writeLine(line({}));
    expect(totalOf((await read(counting))?.tallies ?? [])).toBe(1);
    for (let at = 0; at < 100_000; at += 1) days.writeLine(line({}));
    expect(totalOf((await read(counting))?.tallies ?? [])).toBe(90_002);
    expect((await days.list()).length).toBe(1);
  });
});

describe('in a deployment', () => {
  let close: () => Promise<void>;
  const tables = { grants: 'grants', clients: 'clients', people: 'people', keys: 'keys' };
  const store = (clock = () => now) => ({ ...rollUpStore(openDatabase(client()), tables.clients), now: clock });
  let endpoint: string;
  const client = () =>
    new DynamoDBClient({
      endpoint,
      region: 'eu-west-1',
      credentials: async () => ({ accessKeyId: 'local', secretAccessKey: 'local' }),
    });

  beforeAll(async () => {
    const embedded = await startEmbeddedDynamoDB();
    ({ endpoint } = embedded);
    close = () => embedded.close();
    await createTables(client(), tables);
  });
  afterAll(() => close());

  test('a day comes back as it was counted, with whoever has an odd name', async () => {
    const day = '2026-11-01';
    const counted = newTally();
    for (const name of ['app', '-', 'others', 'sha256:abc', undefined]) {
      const decision = { endpoint: 'authorize', verdict: 'allowed', method: 'S256', mode: 'report' } as const;
      counted.add({ ...decision, ...(name !== undefined && { client: name }) }, 3, now);
    }
    counted.addUnreadable('other_version', 4);
    await store().put({ day, countedAt: now, tallied: counted.result() });
    const [found] = await store().read([day, '2026-11-02']);
    expect(found?.countedAt).toBe(now);
    expect(found?.tallied.unreadable).toEqual({ broken: 0, other_version: 4 });
    const inOrder = (tallies: RollUp['tallied']['tallies']) =>
      new Set(
        tallies.map((one) =>
          Object.entries(one)
            .map(String)
            .toSorted((a, b) => a.localeCompare(b))
            .join(),
        ),
      );
    expect(inOrder(found?.tallied.tallies ?? [])).toEqual(inOrder(counted.result().tallies));
  });

  test('every hour today is counted, yesterday until its last lines have come, and of the days before a few', async () => {
    const asked: Period[] = [];
    const ledger = {
      async tally(period: Period) {
        asked.push(period);
        return tallied(issued('app', 'S256'));
      },
    };
    let time = now;
    const run = () => rollUp(ledger, store(), () => time)();
    const { counted } = await run();
    expect(counted).toEqual(daysUntil(today, 5).toReversed());
    expect(asked[0]).toEqual({ since: startOf(today), until: now + 1 });
    expect(asked[1]).toEqual({ since: startOf(today) - 86_400, until: startOf(today) });
    expect((await run()).counted).toEqual([today, ...daysUntil(today, 9).slice(0, 4).toReversed()]);
    // Half an hour into the next day, lines of this one may still come; two hours into it, they have.
    time = startOf(today) + 86_400 + 1_800;
    expect((await run()).counted).toContain(today);
    expect((await run()).counted).toContain(today);
    time = startOf(today) + 86_400 + 7_200;
    expect((await run()).counted).toContain(today);
    expect((await run()).counted).not.toContain(today);
  });

  test('a failure of the ledger leaves the day as it was', async () => {
    const ledger = { tally: () => Promise.reject(new Error('no logs')) };
    const before = await store().read([today]);
    await expect(rollUp(ledger, store(), () => now + 86_400 * 3)()).rejects.toThrow('no logs');
    expect(await store().read([today])).toEqual(before);
  });
});

describe('a trend', () => {
  const days = daysUntil('2026-11-22', 14);
  const of = (day: string, ...entries: Entries): RollUp => ({
    day,
    countedAt: now,
    tallied: tallied(...entries),
  });

  test('has every week and every kind, a missing method among plain, and s256 in lower case apart', () => {
    const { weeks, clients } = trend(
      [
        of('2026-11-10', times(3, issued('app', 'plain')), issued('app', 'missing'), issued('app', 'short_plain')),
        of('2026-11-12', issued('app', 's256'), issued('app', 'none'), times(2, refusedFor('x', 'app', 'none'))),
        of('2026-11-22', times(4, issued('app', 'S256')), issued('app', 'S256', { endpoint: 'token' })),
      ],
      days,
    );
    expect(weeks).toEqual([
      { monday: '2026-11-09', mix: { S256: 0, lowercase: 1, plain: 5, none: 1, refused: 2 } },
      { monday: '2026-11-16', mix: { S256: 4, lowercase: 0, plain: 0, none: 0, refused: 0 } },
    ]);
    expect(clients).toMatchObject([{ client: 'app', move: 'to S256' }]);
  });

  test.each([
    ['to S256', [4, 4], [8, 0]],
    ['towards S256', [2, 8], [4, 6]],
    ['away from S256', [8, 0], [99, 1]],
    ['away from S256', [6, 4], [4, 6]],
    ['unchanged', [8, 0], [3, 0]],
    ['unchanged', [5, 95], [6, 94]],
    ['unchanged', [0, 0], [3, 0]],
  ] as const)('says who moved %s: %j and then %j with and without S256', (move, first, last) => {
    const week = (day: string, [S256, plain]: readonly [number, number]) =>
      of(day, times(S256, issued('app', 'S256')), times(plain, issued('app', 'plain')), refusedFor('x', 'app', 'none'));
    expect(trend([week('2026-11-10', first), week('2026-11-20', last)], days).clients[0]?.move).toBe(move);
  });
});

test('an overview counts what was presented again, and reasons say whom they meet', () => {
  const entries = tallied(
    times(5, issued('app', 'S256')),
    times(2, refusedFor('code_spent', 'app', 'S256', { endpoint: 'token' })),
    refusedFor('code_spent', 'other', 'S256', { endpoint: 'token' }),
    refusedFor('code_challenge_required', 'app', 'none'),
    issued('app', 'none', { wouldRefuse: 'code_challenge_required' }),
  );
  const day = { day: today, countedAt: now, tallied: entries };
  expect(overview([day], [today], sumOf([day]))).toMatchObject({
    issued: 6,
    refused: 1,
    replays: 3,
    failed: 0,
    wouldRefuse: 1,
  });
  expect(reasonsOf(entries)).toMatchObject([
    {
      reason: 'code_spent',
      count: 3,
      endpoints: ['token'],
      clients: [
        { client: 'app', count: 2 },
        { client: 'other', count: 1 },
      ],
    },
    { reason: 'code_challenge_required', count: 1 },
  ]);
});

describe('a search', () => {
  const days = daysInMemory(() => now);
  days.writeLine(line({ client: 'app' }, now - 3));
  days.writeLine(line({ client: 'app-2', verdict: 'refused', reason: 'code_spent', endpoint: 'token' }, now - 2));
  days.writeLine('{"v":2,"client":"app"}');
  days.writeLine(line({ client: 'app', verdict: 'refused', reason: 'code_expired', endpoint: 'token' }, now - 1));

  test('finds what fits and nothing that is only like it, the latest first', async () => {
    const times = async (question: object, most = 10) =>
      (await searchDays(days)({ day: today, ...question }, most)).entries.map(({ time }) => now - time);
    expect(await times({})).toEqual([1, 2, 3]);
    expect(await times({ client: 'app' })).toEqual([1, 3]);
    expect(await times({ reason: 'app' })).toEqual([]);
    expect(await times({ verdict: 'refused', endpoint: 'token', client: 'app-2' })).toEqual([2]);
    expect(await times({ client: '"' })).toEqual([]);
    expect(await searchDays(days)({ day: today }, 2)).toMatchObject({
      hasMore: true,
      unreadable: { other_version: 1 },
    });
    expect(await searchDays(days)({ day: '2001-01-01' }, 2)).toMatchObject({ entries: [], hasMore: false });
  });

  test('in a deployment asks for no more than a page, and no value ends its text', async () => {
    const sent: Record<string, unknown>[] = [];
    const answers: object[] = [
      { queryId: 'q' },
      { status: 'Running' },
      { status: 'Complete', results: [line({}), line({}), '{"v":3}'].map((value) => [{ field: '@message', value }]) },
    ];
    const client = {
      send: async ({ input }: { input: Record<string, unknown> }) => {
        sent.push(input);
        return answers.shift();
      },
    };
    const search = searchLogGroups(['a', 'b'], { client: client as never, patience: 0 });
    const found = await search({ day: today, client: 'app', reason: 'x" or 1 = 1 | limit 9999 #\n\\' }, 1);
    expect(found).toMatchObject({ entries: [], hasMore: true, unreadable: { other_version: 1 } });
    expect(sent[0]).toMatchObject({
      logGroupNames: ['a', 'b'],
      limit: 2,
      startTime: startOf(today),
      endTime: startOf(today) + 86_399,
    });
    expect(sent[0]?.['queryString']).toBe(
      'fields @message | filter @message like /^\\{/ and (v != 1 or (v = 1 and client = "app" and reason = "x\\" or 1 = 1 | limit 9999 #?\\\\")) | sort @timestamp desc | limit 2',
    );
  });
});
