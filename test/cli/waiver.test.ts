import { beforeAll, describe, expect, test } from 'vitest';
import { authorize, day, noon, startWorkbench } from './pixy.ts';

const callback = 'https://app.example/callback';

const bench = await startWorkbench();
const { pixy } = bench;
beforeAll(async () => {
  for (const clientId of ['one', 'two', 'three']) await pixy('clients', 'add', clientId, '--redirect-uri', callback);
});

const grant = (clientId: string, until: string, ...flags: string[]) =>
  pixy('waiver', 'grant', clientId, '--owner', 'ada', '--reason', 'the vendor', '--until', until, ...flags);

describe('waiver grant refuses', () => {
  test.each([
    ['2026-11-22', 1, 'pkce_waiver.until is not in the future'],
    ['2026-11-22T12:00:00Z', 1, 'pkce_waiver.until is not in the future'],
    ['2027-11-23', 1, 'pkce_waiver.until is more than 365 days away'],
    ['366d', 1, 'pkce_waiver.until is more than 365 days away'],
    ['2026-02-31', 2, '--until is not a day'],
    ['next week', 2, '--until is not a day'],
  ])('the end %s', async (until, code, sentence) => {
    const { exitCode, errors } = await grant('one', until);
    expect(errors).toContain(sentence);
    expect(exitCode).toBe(code);
  });

  test('nobody who answers for it, and a client that is not there', async () => {
    const ownerless = await pixy('waiver', 'grant', 'one', '--owner', ' ', '--reason', '', '--until', '10d');
    expect(ownerless.errors).toContain('pkce_waiver.owner is empty; pkce_waiver.reason is empty');
    expect((await grant('nobody', '10d')).errors).toContain('There is no client nobody');
    expect((await pixy('waiver', 'revoke', 'one')).errors).toContain('Client one has no waiver');
  });
});

test('a waiver lets a public client below its floor until it ends', async () => {
  const none = { state: 'x' };
  expect((await grant('one', '365d')).output).toContain('It has no effect yet');
  expect((await grant('one', '10d')).exitCode).toBe(0);
  expect((await pixy('clients', 'set', 'one', '--policy', 'none')).output).toContain(
    'effective policy: none (waiver until 2026-12-02 12:00)',
  );
  expect(await authorize(bench, 'one', callback, none)).toBe('/sign-in');
  bench.clock.now = noon + 10 * day;
  expect(await authorize(bench, 'one', callback, none)).toBe('code_challenge_required');
  const disabled = await pixy('clients', 'disable', 'one');
  expect(disabled).toMatchObject({ exitCode: 0, errors: '' });
  await pixy('clients', 'enable', 'one');
  bench.clock.now = noon;
});

test('waiver list has the one that ends first in front, marks what ends soon, and shows the expired as enforcing', async () => {
  await grant('two', '14d');
  await grant('three', '15d');
  await grant('one', '1d');
  bench.clock.now = noon + day;
  const { output } = await pixy('waiver', 'list');
  expect(output.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'CLIENT | UNTIL | LEFT | STATE | OWNER | REASON',
    'one | 2026-11-23 12:00 | - | expired, enforcing | ada | the vendor',
    'two | 2026-12-06 12:00 | 13 days | ends within 14 days | ada | the vendor',
    'three | 2026-12-07 12:00 | 14 days | ends within 14 days | ada | the vendor',
    '',
  ]);
  bench.clock.now = noon;
  expect((await pixy('waiver', 'list', '--json')).json()).toMatchObject([
    { client_id: 'one', until: '2026-11-23T12:00:00Z', days_left: 1, state: 'ending_soon' },
    { client_id: 'two', state: 'ending_soon' },
    { client_id: 'three', owner: 'ada', reason: 'the vendor', days_left: 15, state: 'active' },
  ]);
});

test('waiver revoke ends it, with a reason in the log', async () => {
  const { output } = await pixy('waiver', 'revoke', 'one', '--why', 'the new version is out');
  expect(output).toContain('effective policy: any (public client floor)');
  expect((await pixy('waiver', 'list', '--json')).json()).toHaveLength(2);
  const log: { why: string }[] = (await pixy('policy', 'log', '--client', 'one', '--json')).json();
  expect(log.find(({ why }) => why === 'the new version is out')).toMatchObject({
    before: { pkce_waiver: { owner: 'ada' } },
  });
  // Unless something else is said, the reason of the waiver is the reason of the change.
  expect(log.map(({ why }) => why)).toContain('the vendor');
});
