import type { Counted } from '../audit/audit-entry.ts';
import type { MethodUsed } from '../audit/decision.ts';
import { admitChallenge, type ChallengeParameters } from '../pkce/code-challenge.ts';
import type { PkceRules } from '../pkce/policy.ts';
import type { PkceRefusal } from '../pkce/refusal.ts';

/*
 * Applies the rules of /authorize again to a request that the log only classifies. Challenges are never logged, so one of the
 * same form stands in; the rules depend on nothing else.
 */

const hashed = 'A'.repeat(43);
const short = 'A'.repeat(8);

/** Parameters that `methodUsed` classifies the same. */
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

/** Returns what {@link admitChallenge}, which decides at /authorize, says about such a request under these rules. */
export function replay(method: MethodUsed, rules: PkceRules): Replayed {
  const admitted = admitChallenge(standIns[method], rules);
  if (!admitted.ok) return { verdict: 'refused', reason: admitted.refusal.reason };
  const { wouldRefuse } = admitted.value;
  return wouldRefuse ? { verdict: 'reported', reason: wouldRefuse.reason } : { verdict: 'admitted' };
}

/** Whether requests that a person decides begin at this endpoint, and so what they did about PKCE is in its lines. */
export const asksPeople = (endpoint: string): boolean =>
  endpoint === 'authorize' || endpoint === 'device-authorization';

/**
 * Whether a decision ended an authorization request: a code was issued, or a device got its codes; or the request was refused
 * (there, or when it was pushed).
 */
export const isAuthorization = ({ endpoint, verdict }: Counted): boolean =>
  (asksPeople(endpoint) && (verdict === 'allowed' || verdict === 'refused')) ||
  (endpoint === 'par' && verdict === 'refused');

export const isIssued = (decision: Counted): boolean => isAuthorization(decision) && decision.verdict === 'allowed';

/** Refusals that other rules might have avoided. */
const dependsOnRules: ReadonlySet<string> = new Set<PkceRefusal['reason']>([
  'code_challenge_required',
  'code_challenge_method_required',
  'code_challenge_method_plain_refused',
]);

/**
 * Whether other rules could change the outcome of a refused authorization. A lowercase method and a short challenge are syntax
 * errors unless a compatibility switch allows them; what is malformed under all rules stays refused.
 */
export function wasRefusedByRules({ method, reason = '' }: Counted): boolean {
  if (reason === 'code_challenge_method_unsupported') return method === 's256';
  if (reason === 'code_challenge_malformed') return method === 'short_plain' || method === 'short_missing';
  return dependsOnRules.has(reason);
}
