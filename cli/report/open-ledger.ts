import { join } from 'node:path';
import { type Ledger, LedgerUnavailable } from '../../shared/reports/ledger.ts';
import { adviceFor } from '../aws-trouble.ts';
import type { Context } from '../context.ts';
import { wrongUsage } from '../failure.ts';
import type { AuditLines } from '../log/audit-lines.ts';
import type { Place } from '../place.ts';
import { localLedger } from './local-ledger.ts';

/** Opens the audit log of the command's place: the data folder, or the named log groups, by default those of the stage. */
export async function openLedger(context: Context, logGroups: readonly string[] = []): Promise<Ledger> {
  const { place } = await context.open();
  if (place.kind === 'local') return localLedger(join(place.folder, 'audit'));
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  const { cloudWatchLedger } = await import('../../shared/reports/cloudwatch-ledger-store.ts');
  return cloudWatchLedger({
    client: new CloudWatchLogsClient({}),
    logGroups: logGroups.length > 0 ? logGroups : await logGroupsOf(place),
  });
}

/** Opens the single lines of the same place, and says how often new ones are worth a look, in milliseconds. */
export async function openLines(
  context: Context,
  logGroups: readonly string[] = [],
): Promise<{ lines: AuditLines; patience: number }> {
  const { place } = await context.open();
  const { linesOfFolder, linesOfLogGroups } = await import('../log/audit-lines.ts');
  if (place.kind === 'local') return { lines: linesOfFolder(join(place.folder, 'audit')), patience: 500 };
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  const groups = logGroups.length > 0 ? logGroups : await logGroupsOf(place);
  return { lines: linesOfLogGroups(new CloudWatchLogsClient({}), groups), patience: 5_000 };
}

/** Returns the names that the stage's stacks have recorded. */
async function logGroupsOf(place: Exclude<Place, { kind: 'local' }>): Promise<string[]> {
  if (place.kind !== 'stage') throw wrongUsage('Say where the audit lines are: --log-group NAME (repeatable).');
  const name = `/pixy/${place.stage}/log-groups`;
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient({});
  try {
    const { Parameter: found } = await client.send(new GetParameterCommand({ Name: name }));
    return (found?.Value ?? '').split(',').filter((group) => group !== '');
  } catch (cause) {
    const why = cause instanceof Error ? (adviceFor(cause) ?? cause.name) : String(cause);
    throw new LedgerUnavailable(
      `The parameter ${name} cannot be read (${why}): name the log groups with --log-group.`,
      {
        cause,
      },
    );
  } finally {
    client.destroy();
  }
}
