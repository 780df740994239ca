import { ok, type Result, refuse } from '../result.ts';
import type { BoundChallenge, CodeChallengeMethod } from './bound-challenge.ts';
import { challengeMistake, methodMistake } from './mistakes.ts';
import { isWeaker, type PkcePolicy, type PkceRules } from './policy.ts';
import type { PkceRefusal } from './refusal.ts';
import { s256 } from './s256.ts';
import { maximumVerifierLength, minimumVerifierLength, unreserved } from './verifier-form.ts';

/** The decision at /authorize: the challenge to bind, if one was sent, and what the policy would have refused in enforce mode. */
export type AdmittedChallenge = { challenge?: BoundChallenge; wouldRefuse?: PkceRefusal };

/** The two parameters of RFC 7636 §4.3 as sent; empty means absent. */
export type ChallengeParameters = { codeChallenge?: string | undefined; codeChallengeMethod?: string | undefined };

/** SHA-256 has 256 bits: 43 characters of base64url without padding. */
const s256Challenge = /^[A-Za-z0-9_-]{43}$/;

/**
 * Decides at /authorize whether a request may continue and which challenge it binds (RFC 7636 §4.3–4.4.1). A challenge binds
 * under every policy (RFC 9700 §2.1.1). Refuses syntax errors in every mode. In report mode, lets through what only the policy
 * refuses and returns it as `wouldRefuse`.
 */
export function admitChallenge(
  parameters: ChallengeParameters,
  rules: PkceRules,
): Result<AdmittedChallenge, PkceRefusal> {
  const parsed = parseChallenge(parameters, rules);
  if (!parsed.ok) return parsed;
  const refusal = policyRefusal(parsed.value, parameters, rules.enforced);
  if (refusal) return refuse(refusal);
  const wouldRefuse = policyRefusal(parsed.value, parameters, rules.policy);
  return ok({ ...(parsed.value && { challenge: parsed.value }), ...(wouldRefuse && { wouldRefuse }) });
}

/** Checks syntax only: an unknown method, a method without a challenge, or a challenge not in its method's form. */
function parseChallenge(
  { codeChallenge, codeChallengeMethod }: ChallengeParameters,
  rules: PkceRules,
): Result<BoundChallenge | undefined, PkceRefusal> {
  const method = parseMethod(codeChallengeMethod, rules);
  if (method === 'unsupported') {
    return refuse({ reason: 'code_challenge_method_unsupported', ...methodMistake(codeChallengeMethod ?? '') });
  }
  if (!codeChallenge) return codeChallengeMethod ? refuse({ reason: 'code_challenge_missing' }) : ok(undefined);

  if (method === 'S256') {
    if (s256Challenge.test(codeChallenge)) return ok({ codeChallenge, codeChallengeMethod: 'S256' });
    return refuse({ reason: 'code_challenge_malformed', expected: 'S256', ...challengeMistake(codeChallenge) });
  }
  const fits = codeChallenge.length >= minimumVerifierLength(rules) && codeChallenge.length <= maximumVerifierLength;
  if (fits && unreserved.test(codeChallenge)) {
    return ok({ codeChallenge: s256(codeChallenge), codeChallengeMethod: 'plain' });
  }
  const expected = codeChallengeMethod ? 'plain' : 'any';
  return refuse({ reason: 'code_challenge_malformed', expected, ...challengeMistake(codeChallenge) });
}

function parseMethod(sent: string | undefined, rules: PkceRules): CodeChallengeMethod | 'unsupported' {
  if (!sent) return 'plain'; // a missing method means plain (RFC 7636 §4.3)
  if (sent === 'S256' || sent === 'plain') return sent;
  return sent === 's256' && rules.acceptLowercaseMethod ? 'S256' : 'unsupported';
}

/** Returns what the policy alone refuses about a well-formed request. */
function policyRefusal(
  challenge: BoundChallenge | undefined,
  { codeChallengeMethod }: ChallengeParameters,
  policy: PkcePolicy,
): PkceRefusal | undefined {
  if (policy === 'none') return undefined;
  if (!challenge) return { reason: 'code_challenge_required', policy };
  if (policy === 'any' || challenge.codeChallengeMethod === 'S256') return undefined;
  return codeChallengeMethod
    ? { reason: 'code_challenge_method_plain_refused' }
    : { reason: 'code_challenge_method_required' };
}

/**
 * Whether a code bound like this satisfies the current policy. Checked again at /token, because the policy may have been
 * tightened since.
 */
export const satisfies = (challenge: BoundChallenge | undefined, policy: PkcePolicy): boolean =>
  !isWeaker(challenge === undefined ? 'none' : challenge.codeChallengeMethod === 'S256' ? 'S256' : 'any', policy);
