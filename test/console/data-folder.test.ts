import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalServer, startServer } from '../../infra/local/server.ts';
import { auditLine } from '../../shared/audit/decision.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { dayOf } from '../../shared/reports/days.ts';
import { stoppedClock } from '../support/clock.ts';
import { type TestServer, tables } from '../support/server.ts';
import { atConsole, consoleSettings, rae } from './operator.ts';

const clock = stoppedClock();
let data: string;
let running: LocalServer;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'pixy-console-'));
  running = await startServer({ port: 0, data, now: clock.now, environment: consoleSettings });
  await accountStore(openDatabase(), tables.people).put({ username: rae.username, claims: rae.claims });
});
afterAll(async () => {
  await running.close();
  await rm(data, { recursive: true });
});

const visitor = () => {
  const port = Number(new URL(running.issuer).port);
  return atConsole({ port, issuer: running.issuer, clock, dynamodb: '', auditLines: [] } satisfies TestServer, rae);
};

const append = (...lines: string[]) =>
  appendFile(join(data, 'audit', `${dayOf(clock.now())}.jsonl`), lines.map((line) => `${line}\n`).join(''));

test('lines of a later version are counted, and every page with figures says how many', async () => {
  await append('{"v":2,"time":1,"verdict":"allowed"}', '{"v":3}', 'nonsense');
  const operator = await visitor();
  const sentence =
    'The figures leave out 2 lines of another version of Pixy, which this one cannot read, and 1 line that is no audit line.';
  for (const path of ['', '/adoption', '/refusals', '/audit']) {
    expect([path, (await operator.visit(path)).body.includes(sentence)]).toEqual([path, true]);
  }
});

test('a reason of a later version is text, and explained by that version', async () => {
  const line = auditLine(clock.now(), 'r', { endpoint: 'token', verdict: 'refused', client: 'demo-web' });
  await append(line.replace('"verdict"', '"reason":"not_thought_of_yet","verdict"'));
  const { body } = await (await visitor()).visit('/refusals?days=1');
  expect(body).toContain('<code>not_thought_of_yet</code>');
  expect(body).toContain('Another version of Pixy refused this');
});

test('a day that is none is told so, and a search finds its lines', async () => {
  const operator = await visitor();
  expect((await operator.visit('/audit?day=2026-02-31')).status).toBe(400);
  const found = await operator.visit('/audit?reason=not_thought_of_yet&client=demo-web');
  expect(found.body).toContain('1 line.');
  expect((await operator.visit('/audit?request=nothing')).body).toContain('0 lines.');
});

test('figures survive a restart', async () => {
  const codes = async () => /<dd>([\d,]+)<\/dd>/.exec((await (await visitor()).visit()).body)?.[1];
  const before = Number(await codes());
  expect(before).toBeGreaterThan(0);
  await running.close();
  running = await startServer({ port: 0, data, now: clock.now, environment: consoleSettings });
  expect(Number(await codes())).toBe(before + 1);
});

test('a line of a time that no calendar has is left out, and breaks no page', async () => {
  await append(auditLine(8_640_000_000_001, 'late', { endpoint: 'token', verdict: 'refused', reason: 'code_unknown' }));
  const operator = await visitor();
  for (const path of ['', '/refusals', '/audit']) {
    expect([path, (await operator.visit(path)).status]).toEqual([path, 200]);
  }
});
