import { join } from 'node:path';
import { type AuditDays, daysOfFolder } from '../../shared/reports/audit-days.ts';
import { type SearchAudit, searchDays } from '../../shared/reports/audit-search.ts';
import { searchLogGroups } from '../../shared/reports/audit-search-store.ts';
import { dayOf, daysUntil } from '../../shared/reports/days.ts';
import { openLogs } from '../../shared/reports/insights-store.ts';
import { localRollUps } from '../../shared/reports/local-roll-ups.ts';
import type { RollUps } from '../../shared/reports/roll-up.ts';
import { rollUpStore } from '../../shared/reports/roll-up-store.ts';
import { prepare } from '../prepare.ts';
import type { Runtime } from '../runtime.ts';

/** As many days as any page shows. */
const counted = 84;

/** What the console knows of the audit log: the counts of its days, and its lines. */
type AuditLog = { rollUps: RollUps; searchAudit: SearchAudit; isLogHere: boolean };

/** The roll-ups of a deployment and its log groups; a local run counts its own lines, and keeps the counts beside them. */
export function openAuditLog(runtime: Runtime): AuditLog {
  const { config, database, now } = runtime;
  const days = localDays(runtime);
  if (days === undefined) {
    return {
      rollUps: rollUpStore(database, config.tables.clients),
      // A person waits for it: it is asked for more often than a report.
      searchAudit: searchLogGroups(config.auditLogGroups, { client: openLogs(), patience: 250 }),
      isLogHere: false,
    };
  }
  const folder = config.auditFolder && join(config.auditFolder, 'roll-up');
  const rollUps = localRollUps(days, now, folder);
  // What nobody has counted yet is counted from the start on, not when the first page waits for it.
  void prepare([() => rollUps.read(daysUntil(dayOf(now()), counted))]);
  return { rollUps, searchAudit: searchDays(days), isLogHere: true };
}

const localDays = ({ config, auditDays }: Runtime): AuditDays | undefined =>
  auditDays ?? (config.auditFolder === undefined ? undefined : daysOfFolder(config.auditFolder));
