import type { Change } from '../../shared/clients/change.ts';
import { type ChangedInTable, isPolicyChangedInTable } from '../../shared/clients/changed-in-table.ts';
import type { SeenClient } from '../../shared/clients/document-store.ts';
import type { Versioned } from '../../shared/clients/records.ts';
import { type GlobalPolicy, shippedGlobalPolicy } from '../../shared/pkce/policy.ts';
import type { AdoptionReport } from '../../shared/reports/adoption.ts';
import type { Period } from '../../shared/reports/tally.ts';
import type { Context } from '../context.ts';
import { type FoundClient, listAllClients } from '../list-clients.ts';
import type { Place } from '../place.ts';
import { readAdoption } from '../report/read-report.ts';
import { listSeen } from '../seen-clients.ts';
import type { VerifyReport } from '../verify/verify.ts';
import { readVersions, type Versions } from './versions.ts';

/** The evidence for an auditor, as read. Times are in epoch seconds. */
export type Evidence = {
  at: number;
  period: Period;
  place: Place;
  versions: Versions;
  policy: { value: GlobalPolicy; version: number; lastChange?: Change };
  clients: readonly FoundClient[];
  /** What somebody changed in the table itself. Undefined: the management API does not tell. */
  changedInTable: readonly ChangedInTable[] | undefined;
  /** Clients by metadata document that somebody allowed something. */
  seen: readonly SeenClient[];
  adoption: AdoptionReport;
  /** The changes in the period, latest first. */
  changes: readonly Change[];
  verification?: VerifyReport | undefined;
};

/** Nobody reads more changes in one period than this; the log itself has all of them. */
export const maximumChanges = 10_000;

/** Reads everything but the verification, which comes last because its requests would be counted. */
export async function collectEvidence(
  context: Context,
  { period, logGroups }: { period: Period; logGroups?: readonly string[] | undefined },
): Promise<Evidence> {
  const { clients: store, place } = await context.open();
  const [found, clients, seen, changes, adoption, versions] = await Promise.all([
    store.policyVersion(),
    listAllClients(context),
    listSeen(context),
    store.changes(maximumChanges),
    readAdoption(context, { period, logGroups, target: 'S256', minimumIssued: 10 }),
    readVersions(),
  ]);
  return {
    at: context.now(),
    period,
    place,
    versions,
    policy: found ?? { value: shippedGlobalPolicy, version: 0 },
    clients,
    changedInTable: place.kind === 'server' ? undefined : changedInTable(clients, found),
    seen,
    adoption,
    changes: changes.filter(({ at }) => period.since <= at && at < period.until),
  };
}

function changedInTable(
  clients: readonly FoundClient[],
  policy: Versioned<GlobalPolicy> | undefined,
): readonly ChangedInTable[] {
  return [
    ...(policy && isPolicyChangedInTable(policy) ? [{ lastChange: policy.lastChange }] : []),
    ...clients
      .filter(({ isChangedInTable }) => isChangedInTable)
      .map(({ value, lastChange }) => ({ client: value.clientId, lastChange })),
  ];
}
