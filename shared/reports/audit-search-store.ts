import { parseAuditLine } from '../audit/audit-entry.ts';
import { auditVersion } from '../audit/decision.ts';
import { type AuditQuestion, fits, type SearchAudit, soughtMembers } from './audit-search.ts';
import { endOf, startOf } from './days.ts';
import { type InsightsOptions, runInsights } from './insights-store.ts';

/** The most log groups in a query. */
const maximumLogGroups = 50;

/** Searches the audit lines of a deployed stage with Logs Insights. Rejects with `LedgerUnavailable`. */
export const searchLogGroups =
  (logGroups: readonly string[], options: InsightsOptions): SearchAudit =>
  async (question, most) => {
    const period = { since: startOf(question.day), until: endOf(question.day) - 1 };
    const query = searchQuery(question, most + 1);
    const limit = most + 1;
    const rows = await runInsights({ logGroups: logGroups.slice(0, maximumLogGroups), period, query, limit }, options);
    const unreadable = { broken: 0, other_version: 0 };
    const entries = rows.flatMap((row) => {
      const message = row.find(({ field }) => field === '@message')?.value ?? '';
      const parsed = parseAuditLine(message.trim());
      if (!parsed.ok) unreadable[parsed.refusal] += 1;
      return parsed.ok && fits(parsed.value, question) ? [parsed.value] : [];
    });
    return { entries: entries.slice(0, most), hasMore: rows.length > most, unreadable };
  };

/** A line of another version fits no question, and is not left out in silence: it is asked for as well, and then counted. */
const searchQuery = (question: AuditQuestion, limit: number): string =>
  [
    'fields @message',
    `filter @message like /^\\{/ and (v != ${auditVersion} or (${conditions(question)}))`,
    'sort @timestamp desc',
    `limit ${limit}`,
  ].join(' | ');

function conditions(question: AuditQuestion): string {
  const sought = soughtMembers.flatMap((member) => {
    const value = question[member];
    return value === undefined ? [] : [`${member} = ${quoted(value)}`];
  });
  return [`v = ${auditVersion}`, ...sought].join(' and ');
}

/** A text in a query: what could end it is escaped, and what is not visible ASCII is not in any line. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
