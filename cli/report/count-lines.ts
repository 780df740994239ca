import { type Counted, parseAuditLine } from '../../shared/audit/audit-entry.ts';
import { auditVersion } from '../../shared/audit/decision.ts';
import { type Period, type Steps, startOfStep } from '../../shared/reports/steps.ts';
import type { newTally } from '../../shared/reports/tally.ts';
import { textOf } from './local-lines.ts';

type Tally = ReturnType<typeof newTally>;

/** How every line begins that the server writes. */
const start = `{"v":${auditVersion},"time":`;
const beforeRequest = ',"request":"';

/** Nothing in a line beyond its time and its request id may decide about these, or equal remainders are not equal decisions. */
const ofTheBeginning = /"(?:v|time|request)"\s*:|\\/;

/** Lines of a part of the period that differ in time and request only, and how many there are. Each part is counted by itself. */
type Alike = { decision: Counted; part: Period; count: number; last: number };

/** No log has nearly as many; where they come from elsewhere, they do not fill the memory. */
const maximumRemainders = 20_000;

/**
 * Returns a function that counts the lines of a period into a tally, given a piece of a file with whole lines (one character per byte),
 * and one that ends the counting.
 *
 * The lines of a million decisions are a few hundred texts after their time and request id. Each such text is parsed once, and then only
 * looked up; a line that begins in any other way is parsed like the first of its kind.
 */
export function lineCounter(tally: Tally, period: Period, steps?: Steps) {
  const known = new Map<string, Alike>();
  const isIn = (time: number, { since, until }: Period) => since <= time && time < until;

  /** Returns the step of a moment in the period, as far as it is in the period. */
  function partOf(time: number): Period {
    if (steps === undefined) return period;
    const since = startOfStep(time, steps);
    return { since: Math.max(since, period.since), until: Math.min(since + steps.length, period.until) };
  }

  function parse(line: string, remainder?: string): void {
    const parsed = parseAuditLine(textOf(line));
    if (!parsed.ok) {
      tally.addUnreadable(parsed.refusal);
      return;
    }
    const entry = parsed.value;
    if (!isIn(entry.time, period)) return;
    tally.addEntry(entry);
    if (remainder === undefined || ofTheBeginning.test(remainder)) return;
    if (known.size === maximumRemainders) flush();
    // A copy: a part of the piece would keep all of it in memory.
    known.set(Buffer.from(remainder, 'latin1').toString('latin1'), {
      decision: entry,
      part: partOf(entry.time),
      count: 0,
      last: 0,
    });
  }

  function settle({ decision, count, last }: Alike): void {
    if (count > 0) tally.add(decision, count, last);
  }

  function flush(): void {
    for (const alike of known.values()) settle(alike);
    known.clear();
  }

  function count(alike: Alike, time: number): void {
    if (!isIn(time, alike.part)) {
      if (!isIn(time, period)) return;
      settle(alike);
      Object.assign(alike, { part: partOf(time), count: 0, last: 0 });
    }
    alike.count += 1;
    if (time > alike.last) alike.last = time;
  }

  function countPiece(piece: string): void {
    for (let from = 0; from < piece.length; ) {
      const end = piece.indexOf('\n', from);
      const { time, at } = readBeginning(piece, from);
      const remainder = at === -1 ? undefined : piece.slice(at, end);
      const alike = remainder === undefined ? undefined : known.get(remainder);
      if (alike === undefined) parse(piece.slice(from, end), remainder);
      else count(alike, time);
      from = end + 1;
    }
  }

  return { countPiece, finish: flush };
}

const [zero, nine, quote, backslash] = ['0', '9', '"', '\\'].map((character) => character.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
];

const unusual = { time: 0, at: -1 };

/** Reads the time of a line that begins as the server writes it, and where its remainder begins; -1 for any other line. */
function readBeginning(piece: string, from: number): { time: number; at: number } {
  if (!piece.startsWith(start, from)) return unusual;
  let at = from + start.length;
  let time = 0;
  const digits = at;
  for (let code = piece.charCodeAt(at); zero <= code && code <= nine; code = piece.charCodeAt(at)) {
    time = time * 10 + code - zero;
    at += 1;
  }
  // Ten digits until the year 2286. Fewer or more are parsed, and so are zeros in front, which are no JSON.
  if (at - digits !== 10 || piece.charCodeAt(digits) === zero || !piece.startsWith(beforeRequest, at)) return unusual;
  at += beforeRequest.length;
  // Printable ASCII only: a line break ends the line.
  for (let code = piece.charCodeAt(at); code !== quote; code = piece.charCodeAt(at)) {
    if (code < 0x20 || code > 0x7e || code === backslash) return unusual;
    at += 1;
  }
  return { time, at: at + 1 };
}
