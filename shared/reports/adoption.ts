import type { Unreadable } from '../audit/audit-entry.ts';
import { loggedClientId, type MethodUsed, methodsUsed } from '../audit/decision.ts';
import { type ClientSwitch, policySettings, type RegisteredClient, switchesOn } from '../clients/registered-client.ts';
import { endingSoon } from '../clients/waiver.ts';
import {
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
import { type SafeToEnforce, safeToEnforce } from './safe-to-enforce.ts';
import { type Period, type Tallied, type Tally, totalOf } from './tally.ts';

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
  clients: ClientAdoption[];
  /** Decisions that name no client: unknown clients, sign-ins, failures. */
  withoutClient: DecisionCounts;
  total: DecisionCounts;
  unreadable: Readonly<Record<Unreadable, number>>;
  waiversEnding: EndingWaiver[];
};

export type AdoptionInput = {
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
  const byName = Map.groupBy(tallied.tallies, (tally) => tally.client);
  const registered = clients.map((client) => {
    const name = loggedClientId(client.clientId);
    const tallies = byName.get(name) ?? [];
    byName.delete(name);
    return registeredClient(client, tallies, input);
  });
  const withoutClient = byName.get(undefined) ?? [];
  byName.delete(undefined);
  const removed = Array.from(byName, ([name, tallies]) => removedClient(name ?? '', tallies));
  return {
    period,
    at: now,
    target,
    global,
    clients: [...registered, ...removed].sort((one, other) => (one.client < other.client ? -1 : 1)),
    withoutClient: countDecisions(withoutClient),
    total: countDecisions(tallied.tallies),
    unreadable: tallied.unreadable,
    waiversEnding: endingSoon(clients, now).map(({ client, waiver, daysLeft }) => ({
      client: client.clientId,
      ...waiver,
      daysLeft,
    })),
  };
}

function registeredClient(client: RegisteredClient, tallies: readonly Tally[], input: AdoptionInput): ClientAdoption {
  return {
    client: client.clientId,
    ...(client.clientName !== undefined && { name: client.clientName }),
    rules: rulesNow(client, input),
    disabled: client.disabled,
    ...observed(tallies),
    safe: safeToEnforce(tallies, policySettings(client), input),
  };
}

const removedClient = (client: string, tallies: readonly Tally[]): ClientAdoption => ({
  client,
  disabled: false,
  ...observed(tallies),
  safe: { answer: 'unknown', because: 'no longer registered' },
});

function observed(tallies: readonly Tally[]) {
  const lastWithoutPkce = latest(tallies.filter((tally) => isIssued(tally) && tally.method === 'none'));
  const lastSeen = latest(tallies);
  return {
    ...countDecisions(tallies),
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

function countDecisions(tallies: readonly Tally[]): DecisionCounts {
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
