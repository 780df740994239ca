import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { parseAuditLine } from '../audit/audit-entry.ts';
import type { AuditDays } from './audit-days.ts';
import type { Day } from './days.ts';
import { type RollUp, type RollUps, readRows, writeRows } from './roll-up.ts';
import { newTally } from './tally.ts';

/** A day under way: counted up to the place `next`, and kept in the file up to the place `kept`. `sum`: unless something came since. */
type Counting = { tally: ReturnType<typeof newTally>; next: number; kept: number; sum?: RollUp | undefined };

/** A day is kept again after so many bytes or lines, so that a start has little to count. */
const worthKeeping = 200_000;

/**
 * Counts the lines of a local run as they come, and never one twice. `folder`: where the counts of each day are kept, as a file; absent:
 * only in memory. `now` is in epoch seconds.
 */
export function localRollUps(days: AuditDays, now: () => number, folder?: string): RollUps {
  const counted = new Map<Day, Counting>();
  /** Calls follow each other, so that no line is counted twice. */
  let work: Promise<unknown> = Promise.resolve();

  async function count(day: Day): Promise<RollUp> {
    const counting = counted.get(day) ?? (await readKept(folder, day)) ?? fresh();
    counted.set(day, counting);
    if ((await days.end(day)) > counting.next) {
      counting.sum = undefined;
      for await (const { lines, next } of days.read(day, counting.next)) {
        for (const line of lines) addLine(counting, line);
        counting.next = next;
      }
    }
    if (folder && counting.next - counting.kept > worthKeeping) await keep(folder, day, counting);
    counting.sum = { ...(counting.sum ?? { day, tallied: counting.tally.result() }), countedAt: now() };
    return counting.sum;
  }

  return {
    read(wanted) {
      const reading = work.then(async () => {
        const there = new Set(await days.list());
        const found: RollUp[] = [];
        for (const day of wanted) if (there.has(day)) found.push(await count(day));
        return found;
      });
      work = reading.catch(() => undefined);
      return reading;
    },
  };
}

const fresh = (): Counting => ({ tally: newTally(), next: 0, kept: 0 });

function addLine(counting: Counting, line: string): void {
  const entry = parseAuditLine(line);
  if (entry.ok) counting.tally.addEntry(entry.value);
  else counting.tally.addUnreadable(entry.refusal);
}

const fileOf = (folder: string, day: Day): string => join(folder, `${day}.json`);

const file = v.object({
  next: v.number(),
  unreadable: v.object({ broken: v.number(), other_version: v.number() }),
  /** The rows of the decisions that name no client. */
  others: v.string(),
  clients: v.record(v.string(), v.string()),
});

async function keep(folder: string, day: Day, counting: Counting): Promise<void> {
  const { tallies, unreadable } = counting.tally.result();
  const byClient = Map.groupBy(tallies, ({ client }) => client);
  const others = writeRows(byClient.get(undefined) ?? []);
  byClient.delete(undefined);
  const clients = Object.fromEntries(Array.from(byClient, ([client, own]) => [client, writeRows(own)]));
  const { next } = counting;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Under a name of its own first, so that nobody ever reads half of it, and of several who count, none takes another one's away.
  const written = `${fileOf(folder, day)}.${randomUUID()}.new`;
  await writeFile(written, JSON.stringify({ next, unreadable, others, clients }), { mode: 0o600 });
  await rename(written, fileOf(folder, day));
  counting.kept = next;
}

/** Undefined for a file that is not there, or that this version cannot read. */
async function readKept(folder: string | undefined, day: Day): Promise<Counting | undefined> {
  if (folder === undefined) return undefined;
  const text = await readFile(fileOf(folder, day), 'utf8').catch(() => undefined);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), file), text);
  if (!parsed.success) return undefined;
  const { next, unreadable, others, clients } = parsed.output;
  const tally = newTally();
  for (const [client, rows] of [[undefined, others] as const, ...Object.entries(clients)]) {
    const tallies = readRows(rows, client);
    if (tallies === undefined) return undefined;
    for (const one of tallies) tally.add(one, one.count, one.last);
  }
  tally.addUnreadable('broken', unreadable.broken);
  tally.addUnreadable('other_version', unreadable.other_version);
  return { tally, next, kept: next };
}
