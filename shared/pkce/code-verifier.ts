import { timingSafeEqual } from 'node:crypto';
import { ok, type Result, refuse } from '../result.ts';
import type { BoundChallenge } from './bound-challenge.ts';
import { satisfies } from './code-challenge.ts';
import { mismatchMistake, verifierMistake } from './mistakes.ts';
import type { PkceRules } from './policy.ts';
import type { PkceRefusal } from './refusal.ts';
import { s256 } from './s256.ts';
import { maximumVerifierLength, minimumVerifierLength, unreserved } from './verifier-form.ts';

/**
 * Parses a code verifier (RFC 7636 §4.1): 43 to 128 unreserved characters, or from 8 for a client with `acceptShortVerifier`.
 * Returns undefined when it is absent or empty; the grant decides whether one is needed. Refuses with `code_verifier_malformed`.
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

/** Whether the verifier transforms into the challenge (RFC 7636 §4.6). Compares digests of equal length in constant time. */
export function proveVerifier(codeVerifier: string, challenge: BoundChallenge): boolean {
  const made = Buffer.from(s256(codeVerifier));
  const kept = Buffer.from(challenge.codeChallenge);
  return made.length === kept.length && timingSafeEqual(made, kept);
}

/** A valid proof, and what the current policy would have refused in enforce mode. */
export type JudgedProof = { wouldRefuse?: PkceRefusal };

/**
 * Judges PKCE at /token for a code whose grant holds `challenge` or none. Refuses a missing or wrong verifier, a verifier for a
 * code without a challenge (RFC 9700 §4.8.2, downgrade), and a code issued under a weaker policy than the current one.
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
