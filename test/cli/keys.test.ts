import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyFolder, pixy as run, startWorkbench } from './pixy.ts';

const bench = await startWorkbench();
const { pixy } = bench;

type Row = {
  kid: string;
  state: string;
  algorithm: string;
  sign_from: string;
  deleted_after?: string;
  custody: string;
};
const keys = async (): Promise<Row[]> => (await pixy('keys', 'list', '--json')).json();
const inState = async (state: string) => (await keys()).find((key) => key.state === state);
const served = async (): Promise<string[]> => {
  const { keys: published } = (await (await fetch(`${bench.server.issuer}/jwks`)).json()) as {
    keys: { kid: string }[];
  };
  return published.map(({ kid }) => kid);
};

describe('keys refuses', () => {
  test('to work before there are keys, and says who makes them', async () => {
    const folder = await emptyFolder(onTestFinished);
    expect((await run(['keys', 'list', '--local', folder])).output).toBe('There are no signing keys yet.\n');
    for (const argv of [['rotate'], ['retire', 'x']]) {
      const { exitCode, errors } = await run(['keys', ...argv, '--local', folder]);
      expect(errors).toContain('There are no signing keys yet: the server makes the first ones');
      expect(exitCode).toBe(1);
    }
  });

  test.each(['unheard-of', '-begins-with-a-hyphen', '--with-two', '-h7', '-V7'])(
    'a kid that is not there: %s',
    async (kid) => {
      const { exitCode, errors } = await pixy('keys', 'retire', kid);
      expect({ exitCode, errors }).toEqual({
        exitCode: 1,
        errors: `error: There is no key ${kid}: run pixy keys list to see the keys.\n`,
      });
      expect(await keys()).toHaveLength(1);
    },
  );

  test.each([
    [['rotate', '--algorithm', 'HS256'], 2, 'Allowed choices are RS256, PS256, ES256, EdDSA'],
    [['rotate', '--algorithm', 'ES256'], 1, 'The server does not sign with ES256: its algorithms are RS256.'],
    [['retire'], 2, "missing required argument 'kid'"],
  ])('%j', async (argv, code, sentence) => {
    const { exitCode, errors } = await pixy('keys', ...argv);
    expect(errors).toContain(sentence);
    expect(exitCode).toBe(code);
  });
});

test('a key from its publication to its end, by hand', async () => {
  const [first] = await keys();
  expect(first).toMatchObject({ state: 'signing', algorithm: 'RS256', custody: 'memory' });
  expect(first).not.toHaveProperty('deleted_after');
  expect((await pixy('keys', 'list')).output).toMatch(
    new RegExp(`^${first?.kid} +RS256 +signs +2026-11-22 12:00 +- +memory$`, 'm'),
  );

  const rotated = await pixy('keys', 'rotate', '--why', 'exercise');
  const next = await inState('next');
  expect(rotated.output).toBe(`RS256: published key ${next?.kid}, which signs from 2026-11-22 14:10 UTC.\n`);
  expect(next).toMatchObject({ sign_from: '2026-11-22T14:10:00Z' });
  expect(await inState('signing')).toMatchObject({ kid: first?.kid, deleted_after: '2026-11-23T16:10:00Z' });
  expect((await pixy('keys', 'rotate')).output).toContain('nothing to do');

  bench.clock.now += 60;
  expect(new Set(await served())).toEqual(new Set([first?.kid, next?.kid]));

  bench.clock.now += 2 * 3_600 + 540;
  expect(await inState('signing')).toMatchObject({ kid: next?.kid });
  expect(await inState('replaced')).toMatchObject({ kid: first?.kid });

  const retired = await pixy('keys', 'retire', first?.kid ?? '', '--why', 'its backup was copied');
  expect(retired.output).toContain(`Retired RS256 key ${first?.kid}`);
  expect(retired.output).not.toContain('which signs');
  expect(await keys()).toHaveLength(1);
  bench.clock.now += 60;
  expect(await served()).toEqual([next?.kid]);
});

test('rotate --now signs at once in a local run, and says what that costs elsewhere', async () => {
  const { output } = await pixy('keys', 'rotate', '--now');
  expect(output).toContain('refuse the new tokens until the next renewal, for at most two hours');
  const next = await inState('next');
  bench.clock.now += 1;
  expect(await inState('signing')).toMatchObject({ kid: next?.kid });
});

test('retire of the key that signs leaves another one that does, at once', async () => {
  const signing = await inState('signing');
  const answer = (await pixy('keys', 'retire', signing?.kid ?? '', '--json')).json();
  expect(answer).toMatchObject({ kid: signing?.kid, retired: true, successor: { kid: expect.any(String) } });
  expect(await inState('signing')).toMatchObject({ kid: answer.successor.kid });
});

test('every change of a key is in the log, with its reason and nothing private', async () => {
  const { output } = await pixy('policy', 'log', '--json', '--limit', '50');
  expect(JSON.parse(output)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        key: expect.any(String),
        why: 'exercise',
        after: expect.objectContaining({ algorithm: 'RS256' }),
      }),
      expect.objectContaining({ key: expect.any(String), why: 'its backup was copied', before: expect.anything() }),
      expect.objectContaining({ why: 'rotated at once' }),
    ]),
  );
  expect(output).not.toContain('wrapped');
  expect((await pixy('policy', 'log')).output).toMatch(/ key \S+ .*removed$/m);
});

describe('S18: the key of refresh tokens', () => {
  const refreshKeys = async () => (await pixy('keys', 'list', '--refresh', '--json')).json();

  test('is replaced by hand, and retired when another one is in use', async () => {
    const [first, ...others] = await refreshKeys();
    expect({ first, others }).toMatchObject({ first: { kid: 'refresh-first', state: 'signing' }, others: [] });
    expect((await pixy('keys', 'retire', 'refresh-first')).errors).toContain(
      'replace it with pixy keys rotate --refresh',
    );

    const { output } = await pixy('keys', 'rotate', '--refresh', '--why', 'yearly');
    const [next] = await refreshKeys();
    expect(output).toMatch(new RegExp(`^Made key ${next.kid}, which seals the refresh tokens of new grants from `));
    expect(next).toMatchObject({ state: 'next' });
    expect((await pixy('keys', 'rotate', '--refresh')).output).toContain(`Nothing to do: there is a key ${next.kid}`);

    bench.clock.now += 120;
    const listed = (await pixy('keys', 'list', '--refresh')).output;
    expect(listed).toMatch(new RegExp(`^${next.kid} +seals +2026-\\S+ \\S+ +-$`, 'm'));
    expect(listed).toMatch(/^refresh-first +replaced +2026-\S+ \S+ +2028-11-\S+ \S+$/m);
    expect(Math.max(...listed.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);

    const retired = await pixy('keys', 'retire', 'refresh-first', '--why', 'exercise of retirement');
    expect(retired.output).toContain('its refresh tokens stop working within a minute');
    expect(await refreshKeys()).toMatchObject([{ kid: next.kid, state: 'signing' }]);
    const log = (await pixy('policy', 'log', '--json', '--limit', '50')).json();
    expect(log).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          key: 'refresh-first',
          why: 'exercise of retirement',
          before: expect.objectContaining({ algorithm: 'refresh' }),
        }),
        expect.objectContaining({
          key: next.kid,
          why: 'yearly',
          after: expect.objectContaining({ algorithm: 'refresh' }),
        }),
      ]),
    );
    expect(JSON.stringify(log)).not.toContain('wrapped');
  });

  test.each([['--algorithm', 'RS256'], ['--now']])('is not rotated with %s', async (...flags) => {
    const { exitCode, errors } = await pixy('keys', 'rotate', '--refresh', ...flags);
    expect({ exitCode, errors }).toEqual({
      exitCode: 2,
      errors: expect.stringContaining('cannot be used with option'),
    });
  });

  test('is none in a folder that no server has run on', async () => {
    const folder = await emptyFolder(onTestFinished);
    expect((await run(['keys', 'list', '--refresh', '--local', folder])).output).toBe(
      'There are no keys of refresh tokens yet.\n',
    );
    expect((await run(['keys', 'rotate', '--refresh', '--local', folder])).exitCode).toBe(1);
  });
});
