import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type AuditEntry, parseAuditLine } from '../../shared/audit/audit-entry.ts';
import { LedgerUnavailable } from '../../shared/reports/ledger.ts';
import type { Period } from '../../shared/reports/tally.ts';
import { awsTrouble } from '../aws-trouble.ts';
import { localLines } from '../report/local-lines.ts';

/** A line of the audit log, as it was written and as it was read. */
export type ReadLine = { text: string; entry: AuditEntry };

/** The lines of a period, the oldest first. Rejects with {@link LedgerUnavailable}. */
export type AuditLines = (period: Period) => Promise<ReadLine[]>;

/** Those of a local run. */
export const linesOfFolder =
  (folder: string): AuditLines =>
  async (period) => {
    const texts: string[] = [];
    for await (const text of localLines(folder, period)) texts.push(text);
    return readable(texts, period);
  };

/** Those of a deployed stage. Needs `logs:FilterLogEvents`. One log group after the other: few such calls may be made in a second. */
export const linesOfLogGroups =
  (client: Pick<CloudWatchLogsClient, 'send'>, logGroups: readonly string[]): AuditLines =>
  async (period) => {
    const texts: string[] = [];
    for (const logGroup of logGroups) texts.push(...(await textsOf(client, logGroup, period)));
    return readable(texts, period);
  };

async function textsOf(
  client: Pick<CloudWatchLogsClient, 'send'>,
  logGroupName: string,
  { since, until }: Period,
): Promise<string[]> {
  const texts: string[] = [];
  let nextToken: string | undefined;
  do {
    const command = new FilterLogEventsCommand({
      logGroupName,
      startTime: since * 1_000,
      endTime: until * 1_000,
      filterPattern: '{ $.v = 1 }',
      ...(nextToken !== undefined && { nextToken }),
    });
    const page = await client.send(command).catch((cause: unknown) => {
      throw new LedgerUnavailable(`The log group ${logGroupName} cannot be read: ${awsTrouble(cause)}`, { cause });
    });
    texts.push(...(page.events ?? []).map(({ message = '' }) => message.trim()));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return texts;
}

const readable = (texts: readonly string[], { since, until }: Period): ReadLine[] =>
  texts
    .flatMap((text) => {
      const parsed = parseAuditLine(text);
      return parsed.ok && since <= parsed.value.time && parsed.value.time < until
        ? [{ text, entry: parsed.value }]
        : [];
    })
    .toSorted((one, other) => one.entry.time - other.entry.time);
