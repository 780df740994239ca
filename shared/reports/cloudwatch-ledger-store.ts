import type { ResultField } from '@aws-sdk/client-cloudwatch-logs';
import { countedMembers, isTime, parseCounted } from '../audit/audit-entry.ts';
import { type InsightsOptions, runInsights } from './insights-store.ts';
import { type Ledger, LedgerUnavailable } from './ledger.ts';
import type { Steps } from './steps.ts';
import { newTally, type Period } from './tally.ts';

/** The most rows in a query result. A result of that size may have been cut off. */
const maximumRows = 10_000;

/** The most log groups in a query. */
const maximumLogGroups = 50;

export type CloudWatchLedgerOptions = InsightsOptions & {
  /** Names of the functions' log groups. */
  logGroups: readonly string[];
};

/**
 * Counts the audit lines in CloudWatch Logs with Logs Insights: in one query for the whole period, or in two for its halves when
 * there are more kinds of decisions than a result can hold. Needs `logs:StartQuery` and `logs:GetQueryResults`.
 */
export function cloudWatchLedger({ logGroups, ...options }: CloudWatchLedgerOptions): Ledger {
  async function rowsOf(groups: readonly string[], period: Period, steps?: Steps): Promise<ResultField[][]> {
    const query = { logGroups: groups, period, query: insightsQuery(period, steps), limit: maximumRows };
    const rows = await runInsights(query, options);
    if (rows.length < maximumRows) return rows;
    const middle = Math.floor((period.since + period.until) / 2);
    if (middle === period.since) {
      throw new LedgerUnavailable(`There are more than ${maximumRows} kinds of decisions within one second.`);
    }
    // One after the other, because an account may run few queries at a time, and its dashboards need some of them.
    const before = await rowsOf(groups, { since: period.since, until: middle }, steps);
    return [...before, ...(await rowsOf(groups, { since: middle, until: period.until }, steps))];
  }

  return {
    async tally(period, steps) {
      const tally = newTally(steps);
      for (let first = 0; first < logGroups.length; first += maximumLogGroups) {
        const rows = await rowsOf(logGroups.slice(first, first + maximumLogGroups), period, steps);
        for (const row of rows) addRow(tally, row);
      }
      return tally.result();
    },
  };
}

/**
 * Counts everything that looks like JSON; a line that is not an audit line has no `v` and gets a row of its own. The range of a
 * query includes both ends, so the query filters by the period again, and halves neither overlap nor leave a gap. With steps, each has
 * rows of its own, which differ in the number of the step.
 */
export const insightsQuery = ({ since, until }: Period, steps?: Steps): string =>
  [
    `filter @message like /^\\{/ and toMillis(@timestamp) >= ${since}000 and toMillis(@timestamp) < ${until}000`,
    ...(steps ? [`fields floor((time - ${steps.origin}) / ${steps.length}) as step`] : []),
    `stats count(*) as decisions, max(time) as latest by v, ${[...countedMembers, ...(steps ? ['step'] : [])].join(', ')}`,
  ].join(' | ');

function addRow(tally: ReturnType<typeof newTally>, row: readonly ResultField[]): void {
  // A member that a line lacks is missing from its row or empty.
  const filled = row.filter(({ field, value }) => field !== undefined && value !== undefined && value !== '');
  const { v, decisions, latest, ...members } = Object.fromEntries(filled.map(({ field, value }) => [field, value]));
  const count = Number(decisions);
  const last = Number(latest);
  if (!Number.isSafeInteger(count)) throw new LedgerUnavailable('The Logs Insights query answered without counts.');
  const counted = parseCounted(v === undefined ? undefined : Number(v), members);
  if (!counted.ok) tally.addUnreadable(counted.refusal, count);
  else if (!isTime(last)) tally.addUnreadable('broken', count);
  else tally.add(counted.value, count, last);
}
