import { asksPeople, isAuthorization, isIssued } from './replay.ts';
import type { RollUp } from './roll-up.ts';
import { type Tallied, type Tally, totalOf } from './tally.ts';

/** Something that was presented again after it was used: reasons in the audit log. */
const replayReasons: ReadonlySet<string> = new Set([
  'code_spent',
  'refresh_token_replayed',
  'assertion_replayed',
  'client_assertion_replayed',
  'dpop_proof_replayed',
]);

/** A day as a column: codes that were issued, and authorization requests that were refused. */
type DayCount = { day: string; issued: number; refused: number };

/** Why something was refused, how often, when last (epoch seconds), and by which clients, the most frequent first. */
export type ReasonCount = {
  reason: string;
  count: number;
  last: number;
  endpoints: string[];
  clients: { client: string | undefined; count: number; last: number }[];
};

export type Overview = {
  days: DayCount[];
  issued: number;
  refused: number;
  replays: number;
  failed: number;
  wouldRefuse: number;
};

/** Counts a period for a glance. Days without a decision are there, too. */
export function overview(rollUps: readonly RollUp[], days: readonly string[], { tallies }: Tallied): Overview {
  const byDay = new Map(rollUps.map(({ day, tallied }) => [day, tallied.tallies]));
  const counts = days.map((day) => ({ day, ...authorizationsOf(byDay.get(day) ?? []) }));
  const { issued, refused } = authorizationsOf(tallies);
  return {
    days: counts,
    issued,
    refused,
    replays: totalOf(tallies.filter(({ verdict, reason = '' }) => verdict === 'refused' && replayReasons.has(reason))),
    failed: totalOf(tallies.filter(({ verdict }) => verdict === 'failed')),
    wouldRefuse: totalOf(
      tallies.filter(({ endpoint, wouldRefuse }) => asksPeople(endpoint) && wouldRefuse !== undefined),
    ),
  };
}

function authorizationsOf(tallies: readonly Tally[]): { issued: number; refused: number } {
  const counts = { issued: 0, refused: 0 };
  for (const tally of tallies) {
    if (isAuthorization(tally)) counts[isIssued(tally) ? 'issued' : 'refused'] += tally.count;
  }
  return counts;
}

/** Counts refusals of all endpoints by their reason, the most frequent first. */
export function reasonsOf({ tallies }: Tallied): ReasonCount[] {
  const refused = tallies.filter(({ verdict, reason }) => verdict === 'refused' && reason !== undefined);
  const byReason = Map.groupBy(refused, ({ reason = '' }) => reason);
  const reasons = Array.from(byReason, ([reason, own]): ReasonCount => {
    const byClient = Map.groupBy(own, ({ client }) => client);
    const clients = Array.from(byClient, ([client, some]) => ({ client, ...countAndLast(some) }));
    return {
      reason,
      ...countAndLast(own),
      endpoints: [...new Set(own.map(({ endpoint }) => endpoint))].toSorted(),
      clients: clients.toSorted((one, other) => other.count - one.count),
    };
  });
  return reasons.toSorted((one, other) => other.count - one.count);
}

const countAndLast = (tallies: readonly Tally[]) => ({
  count: totalOf(tallies),
  last: tallies.reduce((latest, { last }) => Math.max(latest, last), 0),
});
