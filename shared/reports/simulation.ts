import type { Unreadable } from '../audit/audit-entry.ts';
import { loggedClientId, type MethodUsed } from '../audit/decision.ts';
import { policySettings, type RegisteredClient } from '../clients/registered-client.ts';
import {
  type EnforcementMode,
  type GlobalPolicy,
  type PkcePolicy,
  type PkceRules,
  type PolicyOrigin,
  resolveRules,
} from '../pkce/policy.ts';
import { isAuthorization, isIssued, type Replayed, replay, wasRefusedByRules } from './replay.ts';
import { type Period, type Tallied, type Tally, totalOf } from './tally.ts';

/** Authorizations with another outcome, and why. Times are in epoch seconds. */
export type Turned = { method: MethodUsed; reason: string; count: number; last: number };

export type ClientSimulation = {
  client: string;
  /** Nothing is replayed for a client that is disabled or gone, since it gets no code under any policy. */
  state: 'replayed' | 'disabled' | 'not registered';
  /** The rules that would apply to the client. */
  rules?: { policy: PkcePolicy; origin: PolicyOrigin; mode: EnforcementMode };
  /** Issued codes. */
  issued: number;
  /** Issued codes that would be refused, by the reason. */
  nowRefused: Turned[];
  /** Issued codes that only report mode would let through, by the reason it would record. */
  nowReported: Turned[];
  /** Refused requests. */
  refused: number;
  /** Refused requests whose PKCE would be accepted, by the reason for the refusal. */
  nowAdmitted: Turned[];
};

type SimulationTotals = Record<'issued' | 'nowRefused' | 'nowReported' | 'refused' | 'nowAdmitted', number> & {
  /** Authorizations of clients that are disabled or gone. */
  notReplayed: number;
  clientsRefused: number;
};

export type Simulation = {
  period: Period;
  /** The moment whose rules apply: waivers and enforce-after dates may have passed by then. */
  at: number;
  proposed: GlobalPolicy;
  current: GlobalPolicy;
  clients: ClientSimulation[];
  totals: SimulationTotals;
  unreadable: Readonly<Record<Unreadable, number>>;
};

export type SimulationInput = {
  tallied: Tallied;
  period: Period;
  clients: readonly RegisteredClient[];
  current: GlobalPolicy;
  proposed: GlobalPolicy;
  at: number;
};

/**
 * Replays the recorded authorizations under another global policy: which would be issued, refused, or let through by report mode.
 * Each client keeps its recorded policy, mode, waiver and switches. Sorted by client id.
 */
export function simulate(input: SimulationInput): Simulation {
  const { tallied, period, clients, current, proposed, at } = input;
  const byName = new Map(clients.map((client) => [loggedClientId(client.clientId), client]));
  const authorizations = tallied.tallies.filter((tally) => tally.client !== undefined && isAuthorization(tally));
  const simulated = Array.from(
    Map.groupBy(authorizations, (tally) => tally.client ?? ''),
    ([name, tallies]) => simulateClient(name, byName.get(name), tallies, input),
  ).sort((one, other) => (one.client < other.client ? -1 : 1));
  return {
    period,
    at,
    proposed,
    current,
    clients: simulated,
    totals: totals(simulated),
    unreadable: tallied.unreadable,
  };
}

function simulateClient(
  name: string,
  client: RegisteredClient | undefined,
  tallies: readonly Tally[],
  { proposed, at }: SimulationInput,
): ClientSimulation {
  const issued = tallies.filter(isIssued);
  const refused = tallies.filter((tally) => !isIssued(tally));
  const counts = { issued: totalOf(issued), refused: totalOf(refused) };
  const nothing = { nowRefused: [], nowReported: [], nowAdmitted: [] };
  if (client === undefined) return { client: name, state: 'not registered', ...counts, ...nothing };
  if (client.disabled) return { client: client.clientId, state: 'disabled', ...counts, ...nothing };

  const rules = resolveRules(policySettings(client), proposed, at);
  const { policy, origin, mode } = rules;
  return {
    client: client.clientId,
    state: 'replayed',
    rules: { policy, origin, mode },
    ...counts,
    nowRefused: turned(issued, rules, (replayed) => (replayed.verdict === 'refused' ? replayed.reason : undefined)),
    nowReported: turned(issued, rules, (replayed) => (replayed.verdict === 'reported' ? replayed.reason : undefined)),
    nowAdmitted: turned(refused.filter(wasRefusedByRules), rules, (replayed, tally) =>
      replayed.verdict === 'refused' ? undefined : tally.reason,
    ),
  };
}

/** Counts the decisions for which `reasonOf` returns a reason, most frequent first. */
function turned(
  tallies: readonly Tally[],
  rules: PkceRules,
  reasonOf: (replayed: Replayed, tally: Tally) => string | undefined,
): Turned[] {
  const counts = new Map<string, Turned>();
  for (const tally of tallies) {
    const { method = 'none', count, last } = tally;
    const reason = reasonOf(replay(method, rules), tally);
    if (reason === undefined) continue;
    const key = `${method} ${reason}`;
    const known = counts.get(key);
    const sum = { count: count + (known?.count ?? 0), last: Math.max(last, known?.last ?? 0) };
    counts.set(key, { method, reason, ...sum });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}

function totals(clients: readonly ClientSimulation[]): SimulationTotals {
  const sum = (part: (client: ClientSimulation) => number) =>
    clients.reduce((total, client) => total + part(client), 0);
  return {
    issued: sum(({ issued }) => issued),
    nowRefused: sum(({ nowRefused }) => totalOf(nowRefused)),
    nowReported: sum(({ nowReported }) => totalOf(nowReported)),
    refused: sum(({ refused }) => refused),
    nowAdmitted: sum(({ nowAdmitted }) => totalOf(nowAdmitted)),
    notReplayed: sum(({ state, issued, refused }) => (state === 'replayed' ? 0 : issued + refused)),
    clientsRefused: clients.filter(({ nowRefused }) => nowRefused.length > 0).length,
  };
}
