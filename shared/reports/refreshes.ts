import type { Unreadable } from '../audit/audit-entry.ts';
import { loggedClientId, type OldRefreshToken } from '../audit/decision.ts';
import type { RegisteredClient } from '../clients/registered-client.ts';
import { type Period, startsOf } from './steps.ts';
import { type Tallied, type Tally, totalOf } from './tally.ts';

/** What became of refresh requests. */
type RefreshCounts = {
  /** Those that were answered with tokens, whichever refresh token they came with. */
  refreshes: number;
  /** Of these, the ones that came with a token that was replaced before. Without the grace they would have been replays. */
  races: number;
  lostReplies: number;
  /** Refused, and the grant revoked. */
  replays: number;
  /** When the last replay was, in epoch seconds. */
  lastReplay?: number;
};

/** Those of one step of the period, which begins at `since`. */
type RefreshPoint = { since: number } & RefreshCounts;

export type ClientRefreshes = RefreshCounts & {
  client: string;
  name?: string;
  /** Whether the client gets a new refresh token at every use; absent for one that is in the log only. */
  rotates?: boolean;
  /** Its own grace period in seconds, if it has one. */
  grace?: number;
};

/** Times are epoch seconds. */
export type RefreshReport = {
  period: Period;
  at: number;
  /** Clients that refreshed, and those that keep their refresh token, in the order of their ids. */
  clients: ClientRefreshes[];
  total: RefreshCounts;
  /** Days in a step of the trend, if there is one. */
  stepDays?: number;
  /** All clients, step by step. */
  trend: RefreshPoint[];
  unreadable: Readonly<Record<Unreadable, number>>;
};

/** How refresh tokens were used, per client. `now` is in epoch seconds. */
export function refreshes(
  { tallies, steps, unreadable }: Tallied,
  period: Period,
  clients: readonly RegisteredClient[],
  now: number,
): RefreshReport {
  const used = tallies.filter(({ endpoint, grant }) => endpoint === 'token' && grant === 'refresh_token');
  const byStep = Map.groupBy(used, ({ step }) => step);
  const byName = Map.groupBy(used, ({ client = '' }) => client);
  const registered = clients.map((client): ClientRefreshes => {
    const name = loggedClientId(client.clientId);
    const counts = countRefreshes(byName.get(name) ?? []);
    byName.delete(name);
    return { ...settingsOf(client), ...counts };
  });
  const removed = Array.from(byName, ([client, own]): ClientRefreshes => ({ client, ...countRefreshes(own) }));
  return {
    period,
    at: now,
    clients: [...registered, ...removed]
      .filter(isWorthTelling)
      .sort((one, other) => (one.client < other.client ? -1 : 1)),
    total: countRefreshes(used),
    ...(steps && { stepDays: steps.length / 86_400 }),
    trend: (steps ? startsOf(period, steps) : []).map((since) => ({
      since,
      ...countRefreshes(byStep.get(since) ?? []),
    })),
    unreadable,
  };
}

const settingsOf = ({ clientId, clientName, rotateRefreshTokens = true, refreshTokenGrace }: RegisteredClient) => ({
  client: clientId,
  ...(clientName !== undefined && { name: clientName }),
  rotates: rotateRefreshTokens,
  ...(refreshTokenGrace !== undefined && { grace: refreshTokenGrace }),
});

const isWorthTelling = ({ refreshes: count, replays, rotates }: ClientRefreshes): boolean =>
  count > 0 || replays > 0 || rotates === false;

function countRefreshes(tallies: readonly Tally[]): RefreshCounts {
  const count = (kind: OldRefreshToken) => totalOf(tallies.filter(({ refresh }) => refresh === kind));
  const replays = tallies.filter(({ refresh }) => refresh === 'replay');
  return {
    refreshes: totalOf(tallies.filter(({ verdict }) => verdict === 'allowed')),
    races: count('race'),
    lostReplies: count('lost_reply'),
    replays: count('replay'),
    ...(replays.length > 0 && { lastReplay: Math.max(...replays.map(({ last }) => last)) }),
  };
}
