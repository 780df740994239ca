import { setTimeout as pause } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  LimitExceededException,
  type ResultField,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { countedMembers, parseCounted } from '../../shared/audit/audit-entry.ts';
import type { Period, Steps } from '../../shared/reports/steps.ts';
import { newTally } from '../../shared/reports/tally.ts';
import { type Ledger, LedgerUnavailable } from './ledger.ts';

/** The most rows in a query result. A result of that size may have been cut off. */
const maximumRows = 10_000;

/** The most log groups in a query. */
const maximumLogGroups = 50;

/** How often to retry a query while too many others are running. */
const maximumStarts = 30;

export type CloudWatchLedgerOptions = {
  client: Pick<CloudWatchLogsClient, 'send'>;
  /** Names of the functions' log groups. */
  logGroups: readonly string[];
  /** Milliseconds between two polls of a query. @default 1000 */
  patience?: number;
};

/**
 * Counts the audit lines in CloudWatch Logs with Logs Insights: in one query for the whole period, or in two for its halves when
 * there are more kinds of decisions than a result can hold. Needs `logs:StartQuery` and `logs:GetQueryResults`.
 */
export function cloudWatchLedger({ client, logGroups, patience = 1_000 }: CloudWatchLedgerOptions): Ledger {
  async function start(groups: readonly string[], period: Period, steps: Steps | undefined): Promise<string> {
    const command = new StartQueryCommand({
      logGroupNames: [...groups],
      startTime: period.since,
      endTime: period.until,
      queryString: insightsQuery(period, steps),
      limit: maximumRows,
    });
    for (let starts = 1; ; starts += 1) {
      try {
        return (await client.send(command)).queryId ?? '';
      } catch (error) {
        if (!(error instanceof LimitExceededException) || starts === maximumStarts) throw unavailable(error);
        await pause(patience);
      }
    }
  }

  async function finish(queryId: string): Promise<ResultField[][]> {
    for (;;) {
      const answer = await client.send(new GetQueryResultsCommand({ queryId })).catch((error: unknown) => {
        throw unavailable(error);
      });
      if (answer.status === 'Complete') return answer.results ?? [];
      if (answer.status !== 'Running' && answer.status !== 'Scheduled') {
        throw new LedgerUnavailable(
          `The Logs Insights query ended with the status ${answer.status ?? 'unknown'}: try a shorter period.`,
        );
      }
      await pause(patience);
    }
  }

  async function rowsOf(groups: readonly string[], period: Period, steps?: Steps): Promise<ResultField[][]> {
    const rows = await finish(await start(groups, period, steps));
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
  else if (!Number.isSafeInteger(last)) tally.addUnreadable('broken', count);
  else tally.add(counted.value, count, last);
}

const unavailable = (cause: unknown): LedgerUnavailable =>
  new LedgerUnavailable(
    `CloudWatch Logs cannot be queried: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      cause,
    },
  );
