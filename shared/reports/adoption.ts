import type { Unreadable } from '../audit/audit-entry.ts';
import { loggedClientId, type MethodUsed, methodsUsed } from '../audit/decision.ts';
import { type ClientSwitch, policySettings, type RegisteredClient, switchesOn } from '../clients/registered-client.ts';
import { endingSoon } from '../clients/waiver.ts';
import {
  type ClientPolicySettings,
  type CompatibilitySwitch,
  compatibilitySwitches,
  type EnforcementMode,
  type GlobalPolicy,
  type PkcePolicy,
  type PolicyOrigin,
  resolveRules,
  type Waiver,
} from '../pkce/policy.ts';
import { isAuthorization, isIssued } from './replay.ts';
import { type Answer, reasonToRefuse, type SafeToEnforce, safeToEnforce } from './safe-to-enforce.ts';
import { type Period, startsOf } from './steps.ts';
import { type Tallied, type Tally, totalOf } from './tally.ts';
import { sumOfTrends, type TrendPoint, trendOf, type Usage, usageOf } from './usage.ts';

/** How often something was refused or would have been, and when last (epoch seconds). */
export type RefusalCount = { endpoint: string; reason: string; mistake?: string; count: number; last: number };

/** How authorization requests used PKCE and how they ended. `unknown`: refused before PKCE was checked. */
type MethodCounts = Record<MethodUsed | 'unknown', { issued: number; refused: number }>;

/** Counts for any set of decisions. */
export type DecisionCounts = {
  /** All lines. */
  decisions: number;
  /** Authorization requests that were decided. */
  authorizations: { issued: number; refused: number };
  /** The same, by how they used PKCE. */
  methods: MethodCounts;
  /** The same in the classes of the chart and the tables. */
  usage: Usage;
  /** The usage in each step of the period. */
  trend: TrendPoint[];
  /** Refusals of all endpoints. */
  refused: RefusalCount[];
  /** Let through by report mode. */
  wouldRefuse: RefusalCount[];
  /** Decisions that a failure of infrastructure prevented. */
  failed: number;
};

/** The rules for a client now. */
export type RulesNow = {
  policy: PkcePolicy;
  origin: PolicyOrigin;
  mode: EnforcementMode;
  enforceAfter?: number;
  waiver?: Waiver;
  switches: (CompatibilitySwitch | ClientSwitch)[];
};

export type ClientAdoption = DecisionCounts & {
  client: string;
  name?: string;
  /** Absent for a client that appears only in the log. */
  rules?: RulesNow;
  disabled: boolean;
  /** When a code was last issued without a code challenge. */
  lastWithoutPkce?: number;
  lastSeen?: number;
  safe: SafeToEnforce;
};

type EndingWaiver = { client: string; daysLeft: number } & Waiver;

/** Times are in epoch seconds. */
export type AdoptionReport = {
  period: Period;
  at: number;
  /** The policy that "safe to enforce" refers to. */
  target: Exclude<PkcePolicy, 'none'>;
  global: GlobalPolicy;
  /** Days in a step of the trends, if there are any. The first and the last step may be in the period only in part. */
  stepDays?: number;
  /** How many clients have each answer, also those that are not listed. */
  answers: Record<Answer, number>;
  clients: ClientAdoption[];
  /** Decisions that name no client: unknown clients, sign-ins, failures. */
  withoutClient: DecisionCounts;
  total: DecisionCounts;
  unreadable: Readonly<Record<Unreadable, number>>;
  waiversEnding: EndingWaiver[];
};

export type AdoptionInput = {
  /** Without steps, there are no trends. */
  tallied: Tallied;
  period: Period;
  clients: readonly RegisteredClient[];
  global: GlobalPolicy;
  target: Exclude<PkcePolicy, 'none'>;
  /** With fewer issued codes than this, the answer is unknown. */
  minimumIssued: number;
  now: number;
};

/** Reports how each client has used PKCE, and whether the target policy can be enforced for it. Sorted by client id. */
export function adoption(input: AdoptionInput): AdoptionReport {
  const { tallied, period, clients, global, target, now } = input;
  const starts = tallied.steps ? startsOf(period, tallied.steps) : [];
  const byName = Map.groupBy(tallied.tallies, (tally) => tally.client);
  const registered = clients.map((client) => {
    const name = loggedClientId(client.clientId);
    const tallies = byName.get(name) ?? [];
    byName.delete(name);
    return registeredClient(client, tallies, starts, input);
  });
  const withoutClient = byName.get(undefined) ?? [];
  byName.delete(undefined);
  const removed = Array.from(byName, ([name, tallies]) => removedClient(name ?? '', tallies, starts, input));
  const all = [...registered, ...removed].sort((one, other) => (one.client < other.client ? -1 : 1));
  const withoutTrend = trendOf(withoutClient, starts, () => false);
  const trends = [...all.map(({ trend }) => trend), withoutTrend];
  return {
    period,
    at: now,
    target,
    global,
    ...(tallied.steps && { stepDays: tallied.steps.length / 86_400 }),
    answers: countAnswers(all),
    clients: all,
    withoutClient: countDecisions(withoutClient, withoutTrend),
    total: countDecisions(tallied.tallies, sumOfTrends(trends, starts)),
    unreadable: tallied.unreadable,
    waiversEnding: endingSoon(clients, now).map(({ client, waiver, daysLeft }) => ({
      client: client.clientId,
      ...waiver,
      daysLeft,
    })),
  };
}

function countAnswers(clients: readonly ClientAdoption[]): Record<Answer, number> {
  const counts = { no: 0, unknown: 0, yes: 0 };
  for (const { safe } of clients) counts[safe.answer] += 1;
  return counts;
}

/** Lists only clients with one of these answers. Sums are still those of all clients. */
export function withAnswers(report: AdoptionReport, answers: readonly Answer[]): AdoptionReport {
  const clients = report.clients.filter(({ safe }) => answers.includes(safe.answer));
  const isListed = new Set(clients.map(({ client }) => client));
  return { ...report, clients, waiversEnding: report.waiversEnding.filter(({ client }) => isListed.has(client)) };
}

function registeredClient(
  client: RegisteredClient,
  tallies: readonly Tally[],
  starts: readonly number[],
  input: AdoptionInput,
): ClientAdoption {
  return {
    client: client.clientId,
    ...(client.clientName !== undefined && { name: client.clientName }),
    rules: rulesNow(client, input),
    disabled: client.disabled,
    ...observed(tallies, trendFor(policySettings(client), tallies, starts, input)),
    safe: safeToEnforce(tallies, policySettings(client), input),
  };
}

/** A client without a record has no switches. */
const removedClient = (
  client: string,
  tallies: readonly Tally[],
  starts: readonly number[],
  input: AdoptionInput,
): ClientAdoption => ({
  client,
  disabled: false,
  ...observed(tallies, trendFor(withoutRecord, tallies, starts, input)),
  safe: { answer: 'unknown', because: 'no longer registered' },
});

const withoutRecord: ClientPolicySettings = { policy: 'inherit', isPublic: false };

function trendFor(
  client: ClientPolicySettings,
  tallies: readonly Tally[],
  starts: readonly number[],
  input: AdoptionInput,
): TrendPoint[] {
  const reasonFor = reasonToRefuse(client, input);
  return trendOf(tallies, starts, (issued) => reasonFor(issued) === undefined);
}

function observed(tallies: readonly Tally[], trend: TrendPoint[]) {
  const lastWithoutPkce = latest(tallies.filter((tally) => isIssued(tally) && tally.method === 'none'));
  const lastSeen = latest(tallies);
  return {
    ...countDecisions(tallies, trend),
    ...(lastWithoutPkce !== undefined && { lastWithoutPkce }),
    ...(lastSeen !== undefined && { lastSeen }),
  };
}

const latest = (tallies: readonly Tally[]): number | undefined =>
  tallies.length === 0 ? undefined : Math.max(...tallies.map(({ last }) => last));

function rulesNow(client: RegisteredClient, { global, now }: AdoptionInput): RulesNow {
  const rules = resolveRules(policySettings(client), global, now);
  const { enforceAfter, waiver } = client.pkce;
  return {
    policy: rules.policy,
    origin: rules.origin,
    mode: rules.mode,
    ...(rules.mode === 'report' && client.pkce.mode === 'report' && enforceAfter !== undefined && { enforceAfter }),
    ...(waiver && { waiver }),
    switches: [...compatibilitySwitches.filter((name) => rules[name]), ...switchesOn(client)],
  };
}

function countDecisions(tallies: readonly Tally[], trend: TrendPoint[]): DecisionCounts {
  const authorizations = { issued: 0, refused: 0 };
  const methods = Object.fromEntries(
    [...methodsUsed, 'unknown'].map((method) => [method, { issued: 0, refused: 0 }]),
  ) as MethodCounts;
  for (const tally of tallies.filter(isAuthorization)) {
    const outcome = isIssued(tally) ? 'issued' : 'refused';
    authorizations[outcome] += tally.count;
    methods[tally.method ?? 'unknown'][outcome] += tally.count;
  }
  return {
    decisions: totalOf(tallies),
    authorizations,
    methods,
    usage: usageOf(tallies),
    trend,
    refused: countRefusals(tallies, ({ verdict, reason }) => (verdict === 'refused' ? reason : undefined)),
    wouldRefuse: countRefusals(tallies, ({ wouldRefuse }) => wouldRefuse),
    failed: totalOf(tallies.filter(({ verdict }) => verdict === 'failed')),
  };
}

/** Counts refusals, most frequent first. */
function countRefusals(tallies: readonly Tally[], reasonOf: (tally: Tally) => string | undefined): RefusalCount[] {
  const counts = new Map<string, RefusalCount>();
  for (const tally of tallies) {
    const reason = reasonOf(tally);
    if (reason === undefined) continue;
    const { endpoint, mistake, count, last } = tally;
    const key = `${endpoint} ${reason} ${mistake ?? ''}`;
    const known = counts.get(key);
    counts.set(key, {
      endpoint,
      reason,
      ...(mistake !== undefined && { mistake }),
      count: count + (known?.count ?? 0),
      last: Math.max(last, known?.last ?? 0),
    });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}
