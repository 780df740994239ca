import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Context, createContext } from '../../cli/context.ts';
import { Failure } from '../../cli/failure.ts';
import { readLastSeen } from '../../cli/report/read-report.ts';
import { reportCommand } from '../../cli/report/report-command.ts';
import { simulateCommand } from '../../cli/report/simulate-command.ts';
import { auditLine, type Decision } from '../../shared/audit/decision.ts';
import { clientWith, day, now } from './made-up.ts';

/*
 * `pixy report adoption` and `pixy policy simulate` on the data folder of a local run.
 */

let folder: string;

type Ran = { exitCode: number; output: string; errors: string };

/** Runs a command as the program would, at noon of 22 November 2026. */
async function run(make: (context: Context) => Command, ...argv: string[]): Promise<Ran> {
  const written = { output: '', errors: '' };
  const writeError = (text: string) => {
    written.errors += text;
  };
  const write = (text: string) => {
    written.output += text;
  };
  const context = createContext({ write, writeError, readInput: async () => '', env: {}, now: () => now });
  const command = make(context).hook('preAction', (_, running) => context.use(running.opts()));
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: writeError });
  }
  try {
    await command.parseAsync(argv, { from: 'user' });
    return { exitCode: 0, ...written };
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: 2, ...written };
    if (!(error instanceof Error)) throw error;
    return { exitCode: error instanceof Failure ? error.exitCode : 1, output: written.output, errors: error.message };
  } finally {
    await context.close();
  }
}

const report = (...argv: string[]) => run(reportCommand, 'adoption', '--local', folder, ...argv);
const simulate = (...argv: string[]) => run(simulateCommand, '--local', folder, ...argv);

const line = (daysAgo: number, decision: Decision) =>
  `${auditLine(now - daysAgo * day, 'JKJaXmPLvHcESHA=', decision)}\n`;
const allowed = (client: string, method: Decision['method']): Decision => ({
  endpoint: 'authorize',
  verdict: 'allowed',
  client,
  method,
});

async function within(work: (context: Context) => Promise<unknown>): Promise<void> {
  const io = { write: () => {}, writeError: () => {}, readInput: async () => '', env: {}, now: () => now };
  const context = createContext(io);
  context.use({ local: folder });
  try {
    await work(context);
  } finally {
    await context.close();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixy-report-'));
  await within(async (context) => {
    const { clients } = await context.open();
    const author = { by: 'a test', why: 'to have clients' };
    await clients.put('web', clientWith('web'), author);
    await clients.put('legacy', clientWith('legacy', { policy: 'none' }), author);
  });
  await mkdir(join(folder, 'audit'));
  await writeFile(
    join(folder, 'audit', '2026-11-21.jsonl'),
    [
      ...Array.from({ length: 20 }, () => line(1, allowed('web', 'S256'))),
      ...Array.from({ length: 37 }, () => line(1, allowed('legacy', 'S256'))),
      ...Array.from({ length: 3 }, () => line(1, allowed('legacy', 'none'))),
      'not an audit line\n',
    ].join(''),
  );
  await writeFile(join(folder, 'audit', '2026-11-22.jsonl'), line(0, allowed('web', 'S256')));
  await writeFile(join(folder, 'audit', '2026-11-12.jsonl'), line(10, allowed('web', 'plain')));
});
afterAll(() => rm(folder, { recursive: true }));

describe('report adoption refuses', () => {
  test.each([
    [['--since', 'yesterday'], '--since'],
    [['--since', '2026-02-30'], '--since'],
    [['--until', '30'], '--until'],
    [['--since', '1d', '--until', '2d'], '--since must be before --until'],
    [['--since', '2026-11-22', '--until', '2026-11-22'], '--since must be before --until'],
    [['--at-least', '0'], '--at-least'],
    [['--target', 'none'], '--target'],
    [['--format', 'pdf'], '--format'],
    [['--verdict', 'maybe'], '--verdict'],
  ])('%s, naming the option', async (argv, named) => {
    const ran = await report(...argv);
    expect(ran).toMatchObject({ exitCode: 2, output: '' });
    expect(ran.errors).toContain(named);
  });

  test('a place without an audit log', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'pixy-report-'));
    const ran = await run(reportCommand, 'adoption', '--local', empty);
    await rm(empty, { recursive: true });
    expect(ran).toMatchObject({ exitCode: 1, output: '' });
    expect(ran.errors).toContain(`There is no readable audit log in ${join(empty, 'audit')}`);
  });

  test('days that somebody has packed, which would not count', async () => {
    const rotated = await mkdtemp(join(tmpdir(), 'pixy-report-'));
    await mkdir(join(rotated, 'audit'));
    const packed = ['2026-11-20.jsonl.gz', '2026-11-21.jsonl', '2026-11-21.jsonl.gz', '2025-01-01.jsonl.gz'];
    for (const name of packed) await writeFile(join(rotated, 'audit', name), '');
    const ran = await run(reportCommand, 'adoption', '--local', rotated);
    await rm(rotated, { recursive: true });
    expect(ran).toMatchObject({ exitCode: 1, output: '' });
    expect(ran.errors).toContain('has days that are packed, and would not count: unpack 2026-11-20.jsonl.gz.');
  });

  test('a file that cannot be written', async () => {
    const ran = await report('--output', join(folder, 'no', 'such', 'folder.html'));
    expect(ran).toMatchObject({ exitCode: 1 });
    expect(ran.errors).toContain('cannot be written');
  });
});

describe('report adoption', () => {
  test('is a table of the last 30 days that also says what it could not read', async () => {
    const { exitCode, output } = await report();
    expect(exitCode).toBe(0);
    expect(output).toContain(
      'PKCE adoption, 2026-10-23 12:00 to 2026-11-22 12:00 UTC\n62 decisions read, 62 codes issued',
    );
    expect(output).toContain('Not counted, because they could not be read: 1 broken line.');
    expect(output).toMatch(/^legacy +37 +0 +0 +3 +0 +····▇ +3 of 40 without a challenge, last on 2026-11-21$/m);
    expect(output).toMatch(/^web +21 +1 +0 +0 +0 +···▁█ +1 of 22 with method plain, last on 2026-11-12$/m);
    expect(output).toMatch(/^2026-11-09 +1 +0 +1 +0 +0 +0 +0 %$/m);
    expect(output).toMatch(/^2026-11-16 +61 +58 +0 +0 +3 +0 +95 % +█{19}$/m);
    expect(output).toMatch(/^legacy +none \(client\) +2026-11-21$/m);
  });

  test('looks at the period it is asked for', async () => {
    const web = (text: string) => text.split('\n').find((row) => row.startsWith('web'));
    expect(web((await report('--since', '7d')).output)).toMatch(/█ +all 21 codes$/);
    expect(web((await report('--since', '2026-11-21', '--until', '2026-11-22')).output)).toMatch(/█ +all 20 codes$/);
    expect(web((await report('--since', '2026-11-22T12:00:00Z', '--at-least', '1')).output)).toMatch(
      /█ +the one code$/,
    );
  });

  test.each([['--json'], ['--format', 'json']])('is JSON with %s %s', async (...argv) => {
    const made = JSON.parse((await report(...argv.filter((arg) => arg !== undefined))).output);
    expect(made).toMatchObject({
      target: 'S256',
      period: { since: '2026-10-23T12:00:00Z', until: '2026-11-22T12:00:01Z' },
      policy: { default: 'S256', floor: 'none', mode: 'enforce' },
      total: { decisions: 62 },
      unreadable: { broken: 1, other_version: 0 },
      step_days: 7,
      answers: { yes: 0, no: 2, unknown: 0 },
      clients: [
        {
          client_id: 'legacy',
          rules: { policy: 'none', origin: 'client', mode: 'enforce', switches: [] },
          authorizations: { issued: 40, refused: 0 },
          usage: { S256: 37, s256: 0, plain: 0, missing: 0, none: 3, refused: 0 },
          trend: [
            { since: '2026-10-19T00:00:00Z', S256: 0 },
            {},
            {},
            {},
            { since: '2026-11-16T00:00:00Z', S256: 37, none: 3 },
          ],
          last_without_pkce: '2026-11-21T12:00:00Z',
          safe_to_enforce: {
            answer: 'no',
            breaking: [{ reason: 'code_challenge_required', count: 3, last: '2026-11-21T12:00:00Z' }],
          },
        },
        { client_id: 'web', authorizations: { issued: 22, refused: 0 }, last_seen: '2026-11-22T12:00:00Z' },
      ],
    });
  });

  test('lists only clients with the answers that it is asked for, and says so', async () => {
    const { output } = await report('--since', '7d', '--verdict', 'no');
    expect(output).toContain(
      'Safe to enforce S256: 1 of 2 clients; not safe: 1; unknown: 0.\nListed: 1 of them, as asked for.',
    );
    expect(output).toMatch(/^legacy /m);
    expect(output).not.toMatch(/^web /m);
    const both = JSON.parse(
      (await report('--since', '7d', '--verdict', 'yes', '--verdict', 'unknown', '--json')).output,
    );
    expect(both).toMatchObject({
      answers: { yes: 1, no: 1 },
      clients: [{ client_id: 'web' }],
      total: { decisions: 61 },
    });
    expect(both.clients).toHaveLength(1);
  });

  test('has lines of 100 characters at most, unless it may be wide', async () => {
    expect((await report()).output).toMatch(/ SAFE +WHY\n.* BY\n.* WEEK\n/);
    expect((await report('--wide')).output).toMatch(/ SAFE BY WEEK {2}WHY\n/);
  });

  test('is about another target when asked', async () => {
    expect((await report('--target', 'any')).output).toMatch(
      /^Safe to enforce any: 1 client\nCLIENT .*\nweb .*all 22 codes$/m,
    );
  });

  test.each([
    ['markdown', /^# PKCE adoption, /],
    ['svg', /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/],
    ['html', /^<!doctype html>/],
  ])('is %s, into a file when asked', async (format, start) => {
    const file = join(folder, `adoption.${format}`);
    expect(await report('--format', format, '--output', file)).toEqual({ exitCode: 0, output: '', errors: '' });
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(start);
    expect((await report('--format', format)).output).toBe(text);
  });
});

describe('policy simulate', () => {
  test('refuses to compare a policy with itself', async () => {
    const ran = await simulate();
    expect(ran).toMatchObject({ exitCode: 2, output: '' });
    expect(ran.errors).toContain('--default, --floor, --mode or --at');
  });

  test.each([
    [['--floor', 'strict'], '--floor'],
    [['--default', 's256'], '--default'],
    [['--mode', 'off'], '--mode'],
    [['--at', 'later'], '--at'],
    [['--mode', 'report', '--since', 'ever'], '--since'],
  ])('refuses %s, naming the option', async (argv, named) => {
    const ran = await simulate(...argv);
    expect(ran.exitCode).toBe(2);
    expect(ran.errors).toContain(named);
  });

  test('says what would be refused, and ends with the sum; that is no failure', async () => {
    const { exitCode, output } = await simulate('--default', 'S256', '--floor', 'any', '--since', '7d');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^legacy +any \(floor\) +40 +3 +0 +0 +0$/m);
    expect(output).toMatch(
      /\n3 of 61 issued codes would be refused \(1 client\); 0 of 0 refused requests would pass\.\n$/,
    );
  });

  test('is JSON with --json, and changes nothing', async () => {
    const made = JSON.parse((await simulate('--floor', 'S256', '--since', '30d', '--json')).output);
    expect(made).toMatchObject({
      current: { default: 'S256', floor: 'none', mode: 'enforce' },
      proposed: { default: 'S256', floor: 'S256', mode: 'enforce' },
      totals: { issued: 62, now_refused: 4, clients_refused: 2 },
    });
    await within(async (context) => {
      const { clients } = await context.open();
      expect(await clients.policyVersion()).toBeUndefined();
    });
  });
});

describe('when clients were last seen', () => {
  test('is what the audit log of the last 30 days says', () =>
    within(async (context) => {
      expect([...(await readLastSeen(context))]).toEqual([
        ['legacy', now - day],
        ['web', now],
      ]);
    }));

  test('is not known without an audit log, which is no failure', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'pixy-report-'));
    const errors: string[] = [];
    const io = { write: () => {}, readInput: async () => '', env: {}, now: () => now };
    const context = createContext({ ...io, writeError: (text) => void errors.push(text) });
    context.use({ local: empty });
    expect((await readLastSeen(context)).size).toBe(0);
    expect(errors.join('')).toMatch(/^warning: when clients were last seen is unknown\./);
    await context.close();
    await rm(empty, { recursive: true });
  });
});
