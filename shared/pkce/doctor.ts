import { hash } from 'node:crypto';
import { admitChallenge } from './code-challenge.ts';
import { parseVerifier, proveVerifier } from './code-verifier.ts';
import { challengeMistake, methodMistake, mismatchMistake, verifierMistake } from './mistakes.ts';
import type { PkceRules } from './policy.ts';
import type { PkceMistake, PkceRefusal } from './refusal.ts';
import { s256 } from './s256.ts';

/*
 * Names the mistake behind a verifier and a challenge that do not match. The server sees only one of them at a time and guesses
 * from its shape; with both at hand, most guesses can be proven by repeating the mistake.
 */

/** Findings beyond the mistakes that the server can name. */
export const doctorSentences = {
  method_unknown: 'There is no such code_challenge_method: send S256.',
  values_swapped:
    'The two are swapped: the hash belongs into the authorization request, the verifier into the token request.',
  verifier_has_whitespace: 'The verifier has a space or a line break at an end: hash and send it without.',
  challenge_has_whitespace: 'The challenge has a space or a line break at an end: send it without.',
  newline_hashed:
    'The verifier was hashed with a line break behind it (echo adds one, printf does not): hash the verifier alone.',
  verifier_truncated: 'Only the beginning of the verifier was hashed: something on the way cut it off.',
  challenge_truncated: 'Only the beginning of the challenge is there: something on the way cut it off.',
  challenge_in_wrong_case: 'The challenge differs in upper and lower case alone: both values are case-sensitive.',
  verifier_decoded_before_hashing:
    'The verifier was base64url-decoded before it was hashed: hash its characters as they are sent.',
  hashed_twice: 'The verifier was hashed twice: hash it once.',
  other_hash: 'The challenge was made with another hash function: S256 is SHA-256.',
  verifier_malformed:
    'The verifier is not 43 to 128 characters of A-Z a-z 0-9 - . _ ~, so it is refused whatever the challenge is.',
  challenge_malformed:
    'The challenge does not have the form its method asks for, so the authorization request is refused.',
  other_verifier:
    'The challenge was made from another verifier: keep each verifier together with the state of its request.',
} as const;

export type Finding = PkceMistake | keyof typeof doctorSentences;

/**
 * `matches`: a server that follows RFC 7636 accepts the pair. `findings` start with the most telling one; a finding is `proven`
 * when repeating the mistake produces exactly this pair.
 */
export type Diagnosis = { matches: boolean; findings: readonly { finding: Finding; proven: boolean }[] };

/** RFC 7636 to the letter: either method, no compatibility switches. */
const strictRules: PkceRules = {
  policy: 'any',
  origin: 'client',
  mode: 'enforce',
  enforced: 'any',
  acceptLowercaseMethod: false,
  acceptShortVerifier: false,
};

type Pair = { verifier: string; challenge: string; method: string };

/** Diagnoses the values as sent, with the method of the authorization request (absent means `plain`). */
export function diagnose(verifier: string, challenge: string, method = 'plain'): Diagnosis {
  const pair: Pair = { verifier, challenge, method: intendedMethod(method) };
  const wrongMethod = methodFinding(method);
  const refusal = judgePair(pair);
  if (refusal === undefined && wrongMethod === undefined) return { matches: true, findings: [] };

  const proven = refusal === undefined ? undefined : provenMistake(pair);
  const suspected = proven === undefined && refusal !== undefined ? suspectedMistake(pair, refusal) : undefined;
  return {
    matches: false,
    findings: [
      ...(wrongMethod ? [{ finding: wrongMethod, proven: true }] : []),
      ...(proven ? [{ finding: proven, proven: true }] : []),
      ...(suspected ? [{ finding: suspected, proven: suspected.endsWith('_malformed') }] : []),
      ...(isMalformed(verifier) && suspected !== 'verifier_malformed'
        ? [{ finding: 'verifier_malformed' as const, proven: true }]
        : []),
    ],
  };
}

/** Returns the method that a misspelt one stands for, so that the values can be checked as well. */
const intendedMethod = (method: string): string =>
  methodFinding(method) === undefined ? method : /^\s*plain\s*$/i.test(method) ? 'plain' : 'S256';

function methodFinding(method: string): Finding | undefined {
  if (method === 'S256' || method === 'plain') return undefined;
  return methodMistake(method).mistake ?? 'method_unknown';
}

/** Returns a server's refusal, of the challenge first and of the verifier second. */
function judgePair({ verifier, challenge, method }: Pair): PkceRefusal | undefined {
  const admitted = admitChallenge({ codeChallenge: challenge, codeChallengeMethod: method }, strictRules);
  if (!admitted.ok) return admitted.refusal;
  const parsed = parseVerifier(verifier, strictRules);
  if (!parsed.ok) return parsed.refusal;
  if (parsed.value === undefined) return { reason: 'code_verifier_required' };
  const bound = admitted.value.challenge;
  if (bound && proveVerifier(parsed.value, bound)) return undefined;
  return { reason: 'code_verifier_mismatch', ...(bound && mismatchMistake(verifier, bound)) };
}

const isMalformed = (verifier: string): boolean => {
  const parsed = parseVerifier(verifier, strictRules);
  return !parsed.ok || parsed.value === undefined;
};

/** Returns the mistake that turns this verifier into this challenge. */
function provenMistake({ verifier, challenge, method }: Pair): Finding | undefined {
  const known = method === 'plain' ? plainMistakes(verifier, challenge) : s256Mistakes(verifier, challenge);
  return known.find(([, holds]) => holds())?.[0];
}

type Hypothesis = readonly [Finding, () => boolean];

function s256Mistakes(verifier: string, challenge: string): Hypothesis[] {
  const expected = s256(verifier);
  return [
    ['verifier_sent_as_challenge', () => challenge === verifier],
    ['values_swapped', () => s256(challenge) === verifier],
    ...wrongEncodings(verifier, challenge),
    ['challenge_has_whitespace', () => challenge !== challenge.trim() && challenge.trim() === expected],
    ['verifier_has_whitespace', () => verifier !== verifier.trim() && challenge === s256(verifier.trim())],
    ['newline_hashed', () => ['\n', '\r\n'].some((end) => challenge === s256(`${verifier}${end}`))],
    ['double_percent_encoding', () => sameDecoded(challenge, expected)],
    ['double_percent_encoding', () => decoded(verifier) !== verifier && challenge === s256(decoded(verifier))],
    [
      'double_percent_encoding',
      () => challenge === s256(encodeURIComponent(verifier.toWellFormed())) && challenge !== expected,
    ],
    ['hashed_twice', () => challenge === s256(expected)],
    [
      'verifier_decoded_before_hashing',
      () => challenge === hash('sha256', Buffer.from(verifier, 'base64url'), 'base64url'),
    ],
    ['other_hash', () => otherHashes.some((name) => unpadded(challenge) === hash(name, verifier, 'base64url'))],
    ['challenge_in_wrong_case', () => challenge !== expected && challenge.toLowerCase() === expected.toLowerCase()],
    ['challenge_truncated', () => isCutOff(challenge, expected)],
    ['verifier_truncated', () => beginnings(verifier).some((beginning) => challenge === s256(beginning))],
  ];
}

function plainMistakes(verifier: string, challenge: string): Hypothesis[] {
  return [
    ['plain_used_with_hash', () => challenge === s256(verifier)],
    ['values_swapped', () => s256(challenge) === verifier],
    ...wrongEncodings(verifier, challenge),
    ['challenge_has_whitespace', () => challenge !== challenge.trim() && challenge.trim() === verifier],
    ['verifier_has_whitespace', () => verifier !== verifier.trim() && challenge === verifier.trim()],
    ['double_percent_encoding', () => sameDecoded(challenge, verifier) || sameDecoded(verifier, challenge)],
    ['challenge_in_wrong_case', () => challenge !== verifier && challenge.toLowerCase() === verifier.toLowerCase()],
    ['challenge_truncated', () => isCutOff(challenge, verifier)],
  ];
}

/** Mistakes that write the right digest in a wrong encoding. */
function wrongEncodings(verifier: string, challenge: string): Hypothesis[] {
  const digest = hash('sha256', verifier, 'buffer');
  const hex = digest.toString('hex');
  const bare = unpadded(challenge);
  const isOf = (text: string) =>
    (['base64', 'base64url'] as const).some((alphabet) => bare === unpadded(Buffer.from(text).toString(alphabet)));
  return [
    ['challenge_padded', () => challenge === `${digest.toString('base64url')}=`],
    // A `+` that was not percent-encoded arrives as a space.
    [
      'challenge_in_standard_base64',
      () => /[+/ ]/.test(bare) && bare.replaceAll(' ', '+') === unpadded(digest.toString('base64')),
    ],
    ['challenge_is_hex', () => challenge.toLowerCase() === hex],
    ['challenge_is_base64_of_hex', () => isOf(hex) || isOf(hex.toUpperCase())],
  ];
}

const otherHashes = ['sha1', 'md5', 'sha384', 'sha512'];

const unpadded = (text: string): string => text.replace(/=+$/, '');

/** Returns text that is not percent-encoded unchanged. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Compares after percent-decoding, ignoring what the encoding may have hidden (padding). */
const sameDecoded = (text: string, expected: string): boolean =>
  decoded(text) !== text && unpadded(decoded(text)).replaceAll('+', '-').replaceAll('/', '_') === expected;

/** Shorter texts match too easily to prove anything. */
const shortestTelling = 8;

const isCutOff = (text: string, whole: string): boolean =>
  text.length >= shortestTelling && text.length < whole.length && whole.startsWith(text);

const beginnings = (text: string): string[] =>
  Array.from({ length: Math.max(0, text.length - shortestTelling) }, (_, index) =>
    text.slice(0, text.length - 1 - index),
  );

/** Without a proven mistake, returns what the shapes suggest, or that the two simply do not belong together. */
function suspectedMistake({ verifier, challenge }: Pair, { reason }: PkceRefusal): Finding {
  if (reason.startsWith('code_challenge')) return challengeMistake(challenge).mistake ?? 'challenge_malformed';
  return reason === 'code_verifier_mismatch'
    ? 'other_verifier'
    : (verifierMistake(verifier).mistake ?? 'verifier_malformed');
}
