import { timingSafeEqual } from 'node:crypto';
import { ok, type Result, refuse } from '../result.ts';
import type { BoundChallenge } from './bound-challenge.ts';
import { maximumVerifierLength, minimumVerifierLength, satisfies, unreserved } from './code-challenge.ts';
import { mismatchMistake, verifierMistake } from './mistakes.ts';
import type { PkceRules } from './policy.ts';
import type { PkceRefusal } from './refusal.ts';
import { s256 } from './s256.ts';

/**
 * RFC 7636 §4.1: 43 to 128 unreserved characters (from 8 for a client with `acceptShortVerifier`).
 * Absent or empty is `undefined`. Refuses `code_verifier_malformed`; whether one is needed is judged with the grant.
 */
export function parseVerifier(
  sent: string | undefined,
  rules: Pick<PkceRules, 'acceptShortVerifier'>,
): Result<string | undefined, PkceRefusal> {
  if (!sent) return ok(undefined);
  const minimum = minimumVerifierLength(rules);
  if (sent.length >= minimum && sent.length <= maximumVerifierLength && unreserved.test(sent)) return ok(sent);
  return refuse({ reason: 'code_verifier_malformed', length: sent.length, minimum, ...verifierMistake(sent) });
}

/** RFC 7636 §4.6: does the verifier transform into the challenge? Compares in constant time over digests of equal length. */
export function proveVerifier(codeVerifier: string, challenge: BoundChallenge): boolean {
  const made = Buffer.from(s256(codeVerifier));
  const kept = Buffer.from(challenge.codeChallenge);
  return made.length === kept.length && timingSafeEqual(made, kept);
}

/** The proof held, and what the policy of now would have refused in enforce mode. */
export type JudgedProof = { wouldRefuse?: PkceRefusal };

/**
 * The whole PKCE judgement at /token, for a code whose grant holds `challenge` (or none).
 * Refuses: a missing or wrong verifier, a verifier for a code without a challenge (RFC 9700 §4.8.2, downgrade),
 * and a code that was issued under a weaker policy than the one in force now.
 */
export function judgeProof(
  challenge: BoundChallenge | undefined,
  codeVerifier: string | undefined,
  rules: PkceRules,
): Result<JudgedProof, PkceRefusal> {
  if (challenge && codeVerifier === undefined) return refuse({ reason: 'code_verifier_required' });
  if (!challenge && codeVerifier !== undefined) return refuse({ reason: 'code_verifier_unexpected' });
  if (challenge && codeVerifier !== undefined && !proveVerifier(codeVerifier, challenge)) {
    return refuse({ reason: 'code_verifier_mismatch', ...mismatchMistake(codeVerifier, challenge) });
  }
  if (rules.enforced !== 'none' && !satisfies(challenge, rules.enforced)) {
    return refuse({ reason: 'code_below_policy', policy: rules.enforced });
  }
  if (rules.policy !== 'none' && !satisfies(challenge, rules.policy)) {
    return ok({ wouldRefuse: { reason: 'code_below_policy', policy: rules.policy } });
  }
  return ok({});
}
