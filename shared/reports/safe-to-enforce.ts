import { number, plural } from '../number.ts';
import { type ClientPolicySettings, type GlobalPolicy, type PkcePolicy, resolveRules } from '../pkce/policy.ts';
import { formatTime } from '../time.ts';
import { isIssued, replay } from './replay.ts';
import { type Tally, totalOf } from './tally.ts';

/** In the order of urgency. */
export const answers = ['no', 'unknown', 'yes'] as const;
export type Answer = (typeof answers)[number];

/** `because` is one clause. `breaking` counts the issued codes that the target policy would refuse, by its reason. */
export type SafeToEnforce =
  | { answer: 'yes' | 'unknown'; because: string }
  | { answer: 'no'; because: string; breaking: Breaking[] };

type Breaking = { reason: string; count: number; last: number };

/**
 * Tells whether the target policy can be enforced for a client without breaking a sign-in that works today.
 *
 * `no`       some code issued in the period would be refused by the rules of /authorize, with the target as the enforced policy
 *            and the client's own compatibility switches.
 * `unknown`  none would, but fewer than `minimumIssued` codes were issued, which is too few to tell.
 * `yes`      none would, out of at least `minimumIssued`.
 *
 * Requests that are refused today do not count, since enforcing takes nothing away from them.
 */
export function safeToEnforce(
  tallies: readonly Tally[],
  client: ClientPolicySettings,
  {
    target,
    minimumIssued,
    global,
    now,
  }: { target: PkcePolicy; minimumIssued: number; global: GlobalPolicy; now: number },
): SafeToEnforce {
  const reasonFor = reasonToRefuse(client, { target, global, now });
  const issued = tallies.filter(isIssued);
  const total = totalOf(issued);
  const breaking = new Map<string, Breaking>();
  for (const tally of issued) {
    const reason = reasonFor(tally);
    if (reason === undefined) continue;
    const { count, last } = tally;
    const known = breaking.get(reason);
    breaking.set(reason, { reason, count: count + (known?.count ?? 0), last: Math.max(last, known?.last ?? 0) });
  }
  if (breaking.size > 0) {
    const list = [...breaking.values()].sort((one, other) => other.count - one.count);
    return { answer: 'no', because: describe(list, total), breaking: list };
  }
  if (total === 0) return { answer: 'unknown', because: 'no code was issued' };
  if (total < minimumIssued)
    return { answer: 'unknown', because: `only ${number(total)} of the ${number(minimumIssued)} codes it takes` };
  return { answer: 'yes', because: total === 1 ? 'the one code' : `all ${plural(total, 'code')}` };
}

/** Returns for which reason the rules of /authorize would refuse a code, with the target as the enforced policy; undefined if not at all. */
export function reasonToRefuse(
  client: ClientPolicySettings,
  { target, global, now }: { target: PkcePolicy; global: GlobalPolicy; now: number },
): (issued: Tally) => string | undefined {
  const rules = { ...resolveRules(client, global, now), policy: target, enforced: target };
  return ({ method = 'none' }) => {
    const replayed = replay(method, rules);
    return replayed.verdict === 'refused' ? replayed.reason : undefined;
  };
}

/** How such a request looks from outside. */
const looks: Readonly<Record<string, string>> = {
  code_challenge_required: 'without a challenge',
  code_challenge_method_required: 'plain by a missing method',
  code_challenge_method_plain_refused: 'with method plain',
  code_challenge_malformed: 'with a short challenge',
  code_challenge_method_unsupported: 'with method s256',
};

function describe(breaking: readonly Breaking[], total: number): string {
  const parts = breaking.map(({ reason, count }) => `${number(count)} of ${number(total)} ${looks[reason] ?? reason}`);
  const last = Math.max(...breaking.map((part) => part.last));
  return `${parts.join(', ')}, last on ${formatTime(last).slice(0, 10)}`;
}
