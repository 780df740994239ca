import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localLedger } from '../../cli/report/local-ledger.ts';
import { parseAuditLine } from '../../shared/audit/audit-entry.ts';
import { auditLine } from '../../shared/audit/decision.ts';
import { newTally, type Tallied, totalOf } from '../../shared/reports/tally.ts';
import { day, now } from './made-up.ts';

/*
 * A text that many lines have after their time and request id is parsed once. Whatever is in a file, the counts are those of parsing
 * every line.
 */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixy-count-'));
});
afterAll(() => rm(folder, { recursive: true }));

const period = { since: now - 10, until: now + 10 };

async function count(text: string): Promise<Tallied> {
  await writeFile(join(folder, '2026-11-22.jsonl'), text);
  return sorted(await localLedger(folder).tally(period));
}

/** The same in the simplest way. */
function countSimply(text: string): Tallied {
  const tally = newTally();
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const entry = parseAuditLine(line);
    if (!entry.ok) tally.addUnreadable(entry.refusal);
    else if (period.since <= entry.value.time && entry.value.time < period.until) tally.addEntry(entry.value);
  }
  return sorted(tally.result());
}

const sorted = ({ tallies, unreadable }: Tallied): Tallied => ({
  tallies: tallies.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
  unreadable,
});

const usual = auditLine(now, 'JKJaXmPLvHcESHA=', {
  endpoint: 'authorize',
  verdict: 'allowed',
  client: 'web',
  method: 'S256',
});

describe('the counts are those of parsing every line', () => {
  const twists: ((line: string) => string)[] = [
    (line) => line,
    (line) => line,
    (line) => line.replace('"web"', '"shop"'),
    (line) => line.replace('"v":1', '"v":2'),
    (line) => line.replace('"v":1,', ''),
    (line) => line.replace('"time":', '"time": '),
    (line) => line.replace('"time":1', '"time":01'),
    (line) => line.replace('"time":1', '"time":-1'),
    (line) => line.replace(/"time":(\d+)/, '"time":$1.5'),
    (line) => line.replace(/"time":(\d+)/, '"time":$10'),
    (line) => line.replace('"request":"', '"request":"\\u0041\\"'),
    (line) => line.replace('"request":"', '"request":"\u00e9\u{1f642}'),
    (line) => line.replace('"request"', '"other"'),
    // What comes later in a line holds.
    (line) => line.replace(/\}$/, `,"time":${now - day}}`),
    (line) => line.replace(/\}$/, `,"time":${now + 3}}`),
    (line) => line.replace(/\}$/, `,"\\u0074ime":${now + 3}}`),
    (line) => line.replace(/\}$/, ',"v":2}'),
    (line) => line.replace(/\}$/, ',"\\u0076":2}'),
    (line) => line.replace(/\}$/, ',"request":1}'),
    (line) => line.replace('"web"', '"v"'),
    (line) => line.replace('"web"', '"w\u00e9b"'),
    (line) => line.replace(/\}$/, ' } \r'),
    (line) => `${line}}`,
    (line) => line.slice(0, -1),
    (line) => line.slice(0, 40),
    () => '',
    () => 'not JSON',
  ];

  test('whatever one line looks like, and when it comes again', async () => {
    for (const twist of twists) {
      const lines = [usual, twist(usual), usual, twist(usual), ''].join('\n');
      expect({ line: twist(usual), ...(await count(lines)) }).toEqual({
        line: twist(usual),
        ...countSimply(lines),
      });
    }
  });

  test('in any order, at any time', async () => {
    const line = fc
      .tuple(fc.constantFrom(...twists), fc.integer({ min: -12, max: 12 }))
      .map(([twist, seconds]) => twist(usual).replace(`:${now}`, `:${now + seconds}`));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 40 }), fc.boolean(), async (lines, isWhole) => {
        const text = `${lines.join('\n')}\n`;
        fc.pre(lines.at(-1) !== '');
        expect(await count(isWhole ? text : text.slice(0, -1))).toEqual(countSimply(text));
      }),
      { numRuns: 100 },
    );
  });
});

test('a line is whole wherever in the file it is, and as long as it may be', async () => {
  // Longer and longer lines, so that every length of what is left over comes about.
  const lines = Array.from({ length: 2_000 }, (_, index) =>
    usual.replace(/\}$/, `,"note":"${'x'.repeat(index % 401)}"}`),
  );
  const { tallies, unreadable } = await count(lines.join('\n'));
  expect(totalOf(tallies)).toBe(2_000);
  expect(unreadable).toEqual({ broken: 0, other_version: 0 });
});

test('more kinds of lines than are remembered are all counted', async () => {
  const lines = Array.from({ length: 20_500 }, (_, index) => usual.replace('"web"', `"client-${index}"`));
  const { tallies } = await count([...lines, ...lines].join('\n'));
  expect(tallies).toHaveLength(20_500);
  expect(totalOf(tallies)).toBe(41_000);
});
