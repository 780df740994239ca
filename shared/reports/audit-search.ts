import { type AuditEntry, parseAuditLine, type Unreadable } from '../audit/audit-entry.ts';
import type { AuditDays } from './audit-days.ts';
import type { Day } from './days.ts';

/** Which lines of one day are wanted. `client` is the name that the log has for it. Absent: any. */
export type AuditQuestion = {
  day: Day;
  client?: string | undefined;
  endpoint?: string | undefined;
  verdict?: string | undefined;
  reason?: string | undefined;
  /** The id of a request, which its answer has, too. */
  request?: string | undefined;
};

/** The latest lines that fit, the latest first, and how many of the day could not be read. */
export type AuditAnswer = {
  entries: AuditEntry[];
  hasMore: boolean;
  unreadable: Readonly<Record<Unreadable, number>>;
};

export type SearchAudit = (question: AuditQuestion, most: number) => Promise<AuditAnswer>;

export const soughtMembers = ['client', 'endpoint', 'verdict', 'reason', 'request'] as const;

/** Searches the lines of a local run: reads those of the day, and parses only what can fit. */
export const searchDays =
  (days: AuditDays): SearchAudit =>
  async (question, most) => {
    const sought = soughtMembers.flatMap((member) => {
      const value = question[member];
      return value === undefined ? [] : [`"${member}":${JSON.stringify(value)}`];
    });
    const candidates: string[] = [];
    const unreadable = { broken: 0, other_version: 0 };
    if ((await days.end(question.day)) > 0) {
      for await (const { lines } of days.read(question.day, 0)) {
        for (const line of lines) {
          if (!line.startsWith('{"v":1,')) countUnreadable(line, unreadable);
          else if (sought.every((text) => line.includes(text))) candidates.push(line);
        }
      }
    }
    const entries: AuditEntry[] = [];
    let at = candidates.length - 1;
    for (; at >= 0 && entries.length < most; at -= 1) {
      const parsed = parseAuditLine(candidates[at] ?? '');
      if (!parsed.ok) unreadable[parsed.refusal] += 1;
      else if (fits(parsed.value, question)) entries.push(parsed.value);
    }
    return { entries, hasMore: at >= 0, unreadable };
  };

/** A line that does not begin as every line of this version does. */
function countUnreadable(line: string, unreadable: Record<Unreadable, number>): void {
  const parsed = parseAuditLine(line);
  if (!parsed.ok) unreadable[parsed.refusal] += 1;
}

export const fits = (entry: AuditEntry, question: AuditQuestion): boolean =>
  soughtMembers.every((member) => question[member] === undefined || entry[member] === question[member]);
