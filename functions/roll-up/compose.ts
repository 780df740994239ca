import { cloudWatchLedger } from '../../shared/reports/cloudwatch-ledger-store.ts';
import { openLogs } from '../../shared/reports/insights-store.ts';
import { rollUpStore } from '../../shared/reports/roll-up-store.ts';
import type { Runtime } from '../runtime.ts';
import { rollUp } from './roll-up.ts';

/** Runs on a schedule, never in a sign-in. */
export const compose = ({ config, database, now }: Runtime) => {
  const ledger = cloudWatchLedger({ client: openLogs(), logGroups: config.auditLogGroups });
  return rollUp(ledger, rollUpStore(database, config.tables.clients), now);
};
