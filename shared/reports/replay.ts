import type { Counted } from '../audit/audit-entry.ts';
import type { MethodUsed } from '../audit/decision.ts';
import { admitChallenge, type ChallengeParameters } from '../pkce/code-challenge.ts';
import type { PkceRules } from '../pkce/policy.ts';
import type { PkceRefusal } from '../pkce/refusal.ts';

/*
 * Asks the rules of /authorize again, about a request of which the log only says what it amounted to. No challenge is ever
 * logged, so one of the same form stands in for it: what the rules say depends on nothing else.
 */

const hashed = 'A'.repeat(43);
const short = 'A'.repeat(8);

/** Parameters of which `methodUsed` says the same. */
export const standIns: Readonly<Record<MethodUsed, ChallengeParameters>> = {
  S256: { codeChallenge: hashed, codeChallengeMethod: 'S256' },
  s256: { codeChallenge: hashed, codeChallengeMethod: 's256' },
  plain: { codeChallenge: hashed, codeChallengeMethod: 'plain' },
  missing: { codeChallenge: hashed },
  short_plain: { codeChallenge: short, codeChallengeMethod: 'plain' },
  short_missing: { codeChallenge: short },
  none: {},
  other: { codeChallenge: hashed, codeChallengeMethod: 'unknown' },
};

/** What the rules do with a request. */
export type Replayed =
  | { verdict: 'admitted' }
  /** Report mode lets it through. */
  | { verdict: 'reported'; reason: PkceRefusal['reason'] }
  | { verdict: 'refused'; reason: PkceRefusal['reason'] };

/** What {@link admitChallenge}, which decides at /authorize, says about such a request under these rules. */
export function replay(method: MethodUsed, rules: PkceRules): Replayed {
  const admitted = admitChallenge(standIns[method], rules);
  if (!admitted.ok) return { verdict: 'refused', reason: admitted.refusal.reason };
  const { wouldRefuse } = admitted.value;
  return wouldRefuse ? { verdict: 'reported', reason: wouldRefuse.reason } : { verdict: 'admitted' };
}

/** A decision that ended an authorization request: a code was issued, or the request was refused (at /authorize, or when it was pushed). */
export const isAuthorization = ({ endpoint, verdict }: Counted): boolean =>
  (endpoint === 'authorize' && (verdict === 'allowed' || verdict === 'refused')) ||
  (endpoint === 'par' && verdict === 'refused');

export const isIssued = (decision: Counted): boolean => isAuthorization(decision) && decision.verdict === 'allowed';

/** Refusals that other rules could have turned out differently. */
const dependsOnRules: ReadonlySet<string> = new Set<PkceRefusal['reason']>([
  'code_challenge_required',
  'code_challenge_method_required',
  'code_challenge_method_plain_refused',
]);

/**
 * Whether other rules could turn a refused authorization out differently. A lower-case method and a short challenge are wrong
 * syntax unless a compatibility switch says otherwise; what is malformed whatever the rules say stays refused.
 */
export function wasRefusedByRules({ method, reason = '' }: Counted): boolean {
  if (reason === 'code_challenge_method_unsupported') return method === 's256';
  if (reason === 'code_challenge_malformed') return method === 'short_plain' || method === 'short_missing';
  return dependsOnRules.has(reason);
}
