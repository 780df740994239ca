import type { GlobalPolicy } from '../../shared/pkce/policy.ts';
import { type AdoptionInput, type AdoptionReport, adoption } from '../../shared/reports/adoption.ts';
import { LedgerUnavailable } from '../../shared/reports/ledger.ts';
import { type RefreshReport, refreshes } from '../../shared/reports/refreshes.ts';
import { type Simulation, simulate } from '../../shared/reports/simulation.ts';
import { type Period, type Steps, stepsOf } from '../../shared/reports/steps.ts';
import { lastSeen } from '../../shared/reports/tally.ts';
import type { Context } from '../context.ts';
import { listAllClients } from '../list-clients.ts';
import { listSeen } from '../seen-clients.ts';
import { openLedger } from './open-ledger.ts';

/** The input of a report. */
export type Asked = {
  period: Period;
  /** Replaces the log groups of the stage. */
  logGroups?: readonly string[] | undefined;
};

export async function readAdoption(
  context: Context,
  { period, logGroups, ...question }: Asked & Pick<AdoptionInput, 'target' | 'minimumIssued'>,
): Promise<AdoptionReport> {
  const { tallied, clients, global } = await readAll(context, { period, logGroups }, stepsOf(period));
  return adoption({ tallied, period, clients, global, ...question, now: context.now() });
}

export async function readRefreshes(context: Context, asked: Asked): Promise<RefreshReport> {
  const { tallied, clients } = await readAll(context, asked, stepsOf(asked.period));
  return refreshes(tallied, asked.period, clients, context.now());
}

/** Simulates the `proposed` differences from the global policy. `at` is in epoch seconds. */
export async function readSimulation(
  context: Context,
  { period, logGroups, proposed, at }: Asked & { proposed: Partial<GlobalPolicy>; at: number },
): Promise<Simulation> {
  const { tallied, clients, global: current } = await readAll(context, { period, logGroups });
  return simulate({ tallied, period, clients, current, proposed: { ...current, ...proposed }, at });
}

async function readAll(context: Context, { period, logGroups }: Asked, steps?: Steps) {
  const ledger = await openLedger(context, logGroups);
  const { clients: store } = await context.open();
  const [tallied, clients, seen, global] = await Promise.all([
    ledger.tally(period, steps),
    listAllClients(context),
    listSeen(context),
    store.policy(),
  ]);
  const registered = clients.map(({ value }) => value);
  const isRegistered = new Set(registered.map(({ clientId }) => clientId));
  const others = seen.map(({ client }) => client).filter(({ clientId }) => !isRegistered.has(clientId));
  return { tallied, clients: [...registered, ...others], global };
}

const day = 86_400;

/**
 * Returns when each client was last named in the audit log of the last 30 days, in epoch seconds. Without an audit log, warns and
 * returns nothing.
 */
export async function readLastSeen(context: Context): Promise<ReadonlyMap<string, number>> {
  const now = context.now();
  try {
    const { tallied, clients } = await readAll(context, { period: { since: now - 30 * day, until: now + 1 } });
    return lastSeen(
      tallied,
      clients.map(({ clientId }) => clientId),
    );
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    context.io.writeError(`warning: when clients were last seen is unknown. ${error.message}\n`);
    return new Map();
  }
}
