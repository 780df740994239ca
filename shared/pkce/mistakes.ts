import { hash } from 'node:crypto';
import type { BoundChallenge } from './bound-challenge.ts';
import type { PkceMistake } from './refusal.ts';
import { s256 } from './s256.ts';

/*
 * Names the mistake behind a refused value from its shape alone. Nothing here decides, it only explains, and no result contains
 * the value.
 */

type Named = { mistake?: PkceMistake };
const named = (mistake: PkceMistake | undefined): Named => (mistake ? { mistake } : {});

/** Explains a challenge that is not in its method's form. */
export function challengeMistake(challenge: string): Named {
  if (/%[0-9A-Fa-f]{2}/.test(challenge)) return named('double_percent_encoding');
  const unpadded = challenge.replace(/=+$/, '');
  if (/^[0-9A-Fa-f]{64}$/.test(unpadded)) return named('challenge_is_hex');
  if (isBase64OfHex(unpadded)) return named('challenge_is_base64_of_hex');
  // A `+` that was not percent-encoded arrives as a space.
  if (/^[A-Za-z0-9+/ ]{43}$/.test(unpadded) && /[+/ ]/.test(unpadded)) return named('challenge_in_standard_base64');
  if (unpadded !== challenge && /^[A-Za-z0-9_-]{43}$/.test(unpadded)) return named('challenge_padded');
  return {};
}

const isBase64OfHex = (text: string): boolean =>
  /^[A-Za-z0-9+/_-]{86}$/.test(text) && /^[0-9A-Fa-f]{64}$/.test(Buffer.from(text, 'base64').toString('latin1'));

/** Explains a method that is neither `S256` nor `plain`. */
export function methodMistake(method: string): Named {
  if (/^(s256|plain)$/i.test(method)) return named('method_in_wrong_case');
  return named(/^(sha-?256|rs256|hs256)$/i.test(method.trim()) ? 'method_is_a_hash_name' : undefined);
}

/** Explains a verifier of the wrong length or alphabet. */
export const verifierMistake = (verifier: string): Named =>
  named(/%[0-9A-Fa-f]{2}/.test(verifier) ? 'double_percent_encoding' : undefined);

/** Explains which wrong transformation makes a well-formed verifier fail to prove the challenge. */
export function mismatchMistake(verifier: string, { codeChallenge, codeChallengeMethod }: BoundChallenge): Named {
  if (codeChallengeMethod === 'S256') {
    return named(codeChallenge === verifier ? 'verifier_sent_as_challenge' : undefined);
  }
  const hexDigest = hash('sha256', verifier, 'hex');
  // The grant stores the SHA-256 of a plain challenge, so the guesses are hashed once more.
  if (codeChallenge === s256(s256(verifier))) return named('plain_used_with_hash');
  if (codeChallenge === s256(hexDigest)) return named('challenge_is_hex');
  if (codeChallenge === s256(Buffer.from(hexDigest).toString('base64url'))) return named('challenge_is_base64_of_hex');
  return {};
}
