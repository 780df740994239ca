import { setTimeout as pause } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type ResultField,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LedgerUnavailable } from './ledger.ts';
import type { Period } from './tally.ts';

/** How often to retry a query while too many others are running. */
const maximumStarts = 30;

/** One query of CloudWatch Logs Insights over some log groups, at most 50. */
export type InsightsQuery = { logGroups: readonly string[]; period: Period; query: string; limit: number };

export type InsightsOptions = {
  client: Pick<CloudWatchLogsClient, 'send'>;
  /** Milliseconds between two polls of a query. @default 1000 */
  patience?: number;
};

/** The client of a function, with its role. */
export const openLogs = (): InsightsOptions['client'] => new CloudWatchLogsClient({});

/** Runs a query to its end. Rejects with {@link LedgerUnavailable}. Needs `logs:StartQuery` and `logs:GetQueryResults`. */
export async function runInsights(
  { logGroups, period, query, limit }: InsightsQuery,
  { client, patience = 1_000 }: InsightsOptions,
): Promise<ResultField[][]> {
  const command = new StartQueryCommand({
    logGroupNames: [...logGroups],
    startTime: period.since,
    endTime: period.until,
    queryString: query,
    limit,
  });
  return finish(await start(command, client, patience), client, patience);
}

async function start(
  command: InstanceType<typeof StartQueryCommand>,
  client: InsightsOptions['client'],
  patience: number,
): Promise<string> {
  for (let starts = 1; ; starts += 1) {
    try {
      return (await client.send(command)).queryId ?? '';
    } catch (error) {
      const isFull = error instanceof Error && error.name === 'LimitExceededException';
      if (!isFull || starts === maximumStarts) throw unavailable(error);
      await pause(patience);
    }
  }
}

async function finish(queryId: string, client: InsightsOptions['client'], patience: number): Promise<ResultField[][]> {
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

const unavailable = (cause: unknown): LedgerUnavailable =>
  new LedgerUnavailable(
    `CloudWatch Logs cannot be queried: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );
