import { join } from 'node:path';
import { type AuditDays, daysOfFolder } from '../../shared/reports/audit-days.ts';
import { type SearchAudit, searchDays } from '../../shared/reports/audit-search.ts';
import { searchLogGroups } from '../../shared/reports/audit-search-store.ts';
import { openLogs } from '../../shared/reports/insights-store.ts';
import { localRollUps } from '../../shared/reports/local-roll-ups.ts';
import type { RollUps } from '../../shared/reports/roll-up.ts';
import { rollUpStore } from '../../shared/reports/roll-up-store.ts';
import type { Runtime } from '../runtime.ts';

/** What the console knows of the audit log: the counts of its days, and its lines. */
type AuditLog = { rollUps: RollUps; searchAudit: SearchAudit };

/** The roll-ups of a deployment and its log groups; a local run counts its own lines, and keeps the counts beside them. */
export function openAuditLog(runtime: Runtime): AuditLog {
  const { config, database, now } = runtime;
  const days = localDays(runtime);
  if (days === undefined) {
    return {
      rollUps: rollUpStore(database, config.tables.clients),
      // A person waits for it: it is asked for more often than a report.
      searchAudit: searchLogGroups(config.auditLogGroups, { client: openLogs(), patience: 250 }),
    };
  }
  const folder = config.auditFolder && join(config.auditFolder, 'roll-up');
  return { rollUps: localRollUps(days, now, folder), searchAudit: searchDays(days) };
}

const localDays = ({ config, auditDays }: Runtime): AuditDays | undefined =>
  auditDays ?? (config.auditFolder === undefined ? undefined : daysOfFolder(config.auditFolder));
