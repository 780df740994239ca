import { isFirst } from '../../shared/homes.ts';
import { cloudWatchLedger } from '../../shared/reports/cloudwatch-ledger-store.ts';
import { openLogs } from '../../shared/reports/insights-store.ts';
import { rollUpStore } from '../../shared/reports/roll-up-store.ts';
import type { Runtime } from '../runtime.ts';
import { type Counted, rollUp } from './roll-up.ts';

/** Runs on a schedule, never in a sign-in. */
export const compose = ({ config, database, now }: Runtime) => {
  const ledger = cloudWatchLedger({ client: openLogs(), logGroups: config.auditLogGroups });
  const run = rollUp(ledger, rollUpStore(database, config.tables.clients), now);
  // A day is one item for all regions: counting it in two would leave one of two counts.
  return isFirst(config.homes) ? run : async (): Promise<Counted> => ({ counted: [] });
};
