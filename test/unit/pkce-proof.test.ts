import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeRefusal } from '../../shared/oauth/describe-refusal.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import type { BoundChallenge } from '../../shared/pkce/bound-challenge.ts';
import { admitChallenge } from '../../shared/pkce/code-challenge.ts';
import { judgeProof, parseVerifier, proveVerifier } from '../../shared/pkce/code-verifier.ts';
import type { PkceMistake } from '../../shared/pkce/refusal.ts';
import { s256 } from '../../shared/pkce/s256.ts';
import { anyText } from '../support/any-text.ts';
import { s256Of } from '../support/pkce.ts';
import { anyVerifier, digest, rfcVector, rulesFor } from './pkce-cases.ts';
import { acceptedValue, reasonOf } from './read-result.ts';

const open = rulesFor('none');

/** What /authorize binds for a challenge. */
function bind(codeChallenge: string, codeChallengeMethod?: string): BoundChallenge {
  const { challenge } = acceptedValue(admitChallenge({ codeChallenge, codeChallengeMethod }, open));
  if (challenge === undefined) throw new Error('nothing was bound');
  return challenge;
}

/** Anything a decoded parameter may be, and what no UTF-8 can be. */
const anything = fc.oneof(anyText(), anyText({ minLength: 40, maxLength: 140 }), fc.constant('\ud800'.repeat(43)));

describe('RFC 7636 appendix B', () => {
  test('PK1 the verifier transforms into the challenge', () => {
    expect(s256(rfcVector.verifier)).toBe(rfcVector.challenge);
  });

  test('PK1 the verifier proves the challenge', () => {
    expect(judgeProof(bind(rfcVector.challenge, 'S256'), rfcVector.verifier, rulesFor('S256'))).toEqual({
      ok: true,
      value: {},
    });
  });
});

describe('the proof', () => {
  test.each(['S256', 'plain'])('PK8 by %s: every verifier proves its own challenge and no other', (method) => {
    const challengeFor = (verifier: string) => bind(method === 'S256' ? s256Of(verifier) : verifier, method);
    fc.assert(
      fc.property(anyVerifier, anyVerifier, (verifier, other) => {
        fc.pre(verifier !== other);
        expect(proveVerifier(verifier, challengeFor(verifier))).toBe(true);
        expect(proveVerifier(other, challengeFor(verifier))).toBe(false);
      }),
    );
  });

  test('PK8 a challenge does not prove itself', () => {
    fc.assert(
      fc.property(anyVerifier, (verifier) => {
        const challenge = s256Of(verifier);
        expect(proveVerifier(challenge, bind(challenge, 'S256'))).toBe(false);
      }),
    );
  });

  test('PK12 texts of any length are compared without an exception', () => {
    fc.assert(
      fc.property(
        anything,
        anything,
        fc.constantFrom('S256', 'plain'),
        (verifier, codeChallenge, codeChallengeMethod) => {
          expect(proveVerifier(verifier, { codeChallenge, codeChallengeMethod })).toBe(false);
        },
      ),
    );
  });

  test('PK6 a plain challenge is kept as a hash, never as the verifier it is', () => {
    fc.assert(
      fc.property(anyVerifier, fc.constantFrom('plain', undefined), (verifier, method) => {
        expect(bind(verifier, method)).toEqual({ codeChallenge: s256Of(verifier), codeChallengeMethod: 'plain' });
      }),
    );
  });
});

describe('the form of the verifier', () => {
  test('PK2 43 to 128 unreserved characters are taken as they are', () => {
    fc.assert(
      fc.property(anyVerifier, (verifier) => {
        expect(parseVerifier(verifier, open)).toEqual({ ok: true, value: verifier });
      }),
    );
  });

  test.each([43, 128])('PK2 %i characters are enough and not too many', (length) => {
    expect(parseVerifier('-._~'.repeat(32).slice(0, length), open).ok).toBe(true);
  });

  test.each([1, 42, 129, 100_000])('PK3 %i characters are refused, and the refusal says how many', (length) => {
    expect(parseVerifier('v'.repeat(length), open)).toEqual({
      ok: false,
      refusal: { reason: 'code_verifier_malformed', length, minimum: 43 },
    });
  });

  test('OA6 an empty verifier is an absent one', () => {
    expect(parseVerifier('', open)).toEqual(parseVerifier(undefined, open));
  });

  test('PK3 no text makes an exception, here or in the judgement', () => {
    const codes = [undefined, bind(rfcVector.challenge, 'S256'), bind(rfcVector.verifier, 'plain')];
    fc.assert(
      fc.property(anything, fc.constantFrom(...codes), (text, challenge) => {
        parseVerifier(text, open);
        expect(judgeProof(challenge, text, open).ok).toBe(false);
      }),
    );
  });
});

/** The refusal of an authorization request. */
function refusedChallenge(codeChallenge: string, codeChallengeMethod = 'S256'): Refusal {
  const admitted = admitChallenge({ codeChallenge, codeChallengeMethod }, open);
  if (admitted.ok) throw new Error('the challenge was admitted');
  return admitted.refusal;
}

/** The refusal of a token request after an authorization request that went well. */
function refusedVerifier(verifier: string, codeChallenge: string, codeChallengeMethod?: string): Refusal {
  const parsed = parseVerifier(verifier, open);
  const judged = parsed.ok ? judgeProof(bind(codeChallenge, codeChallengeMethod), parsed.value, open) : parsed;
  if (judged.ok) throw new Error('the verifier was accepted');
  return judged.refusal;
}

const { verifier, challenge } = rfcVector;
const hex = digest(verifier).toString('hex');
const base64OfHex = Buffer.from(hex);
/** Its digest has both characters in which the two base64 alphabets differ. */
const awkward = 'a-verifier-whose-digest-needs-both-alphabets-0002';
/** Its digest has none of them. */
const harmless = 'a-verifier-whose-digest-fits-both-alphabets-0000';
const standardBase64 = digest(awkward).toString('base64');

/** What the description must say of a mistake. */
const words: Record<PkceMistake, RegExp> = {
  challenge_padded: /ends in padding/,
  challenge_in_standard_base64: /standard base64/,
  challenge_is_hex: /the digest in hexadecimal/,
  challenge_is_base64_of_hex: /the base64 of a hexadecimal digest/,
  double_percent_encoding: /percent-encoded twice/,
  verifier_sent_as_challenge: /verifier itself was sent as the challenge/,
  plain_used_with_hash: /the method was plain or missing/,
  method_in_wrong_case: /case-sensitive/,
  method_is_a_hash_name: /called S256/,
};

/** Every recognised mistake as clients make it. */
const mistakes: [mistake: PkceMistake, how: string, refusal: () => Refusal][] = [
  ['challenge_padded', 'base64url with its padding', () => refusedChallenge(`${challenge}=`)],
  ['challenge_padded', 'where both base64 alphabets agree', () => refusedChallenge(digest(harmless).toString('base64'))],
  ['challenge_padded', 'the padding as a plain challenge', () => refusedChallenge(`${verifier}=`, 'plain')],
  ['challenge_in_standard_base64', 'standard base64 as libraries print it', () => refusedChallenge(standardBase64)],
  ['challenge_in_standard_base64', 'without padding', () => refusedChallenge(standardBase64.replace('=', ''))],
  ['challenge_in_standard_base64', 'with + read as a space', () => refusedChallenge(standardBase64.replaceAll('+', ' '))],
  ['challenge_is_hex', 'the digest in hexadecimal', () => refusedChallenge(hex)],
  ['challenge_is_hex', 'in capitals', () => refusedChallenge(hex.toUpperCase())],
  ['challenge_is_hex', 'as a plain challenge, found at /token', () => refusedVerifier(verifier, hex)],
  ['challenge_is_base64_of_hex', 'base64 over the hexadecimal text', () => refusedChallenge(base64OfHex.toString('base64'))],
  ['challenge_is_base64_of_hex', 'base64url over it', () => refusedChallenge(base64OfHex.toString('base64url'))],
  ['challenge_is_base64_of_hex', 'as a plain challenge, found at /token', () => refusedVerifier(verifier, base64OfHex.toString('base64url'))],
  ['double_percent_encoding', 'of the challenge', () => refusedChallenge(challenge.replaceAll('-', '%2D'))],
  ['double_percent_encoding', 'of the padding', () => refusedChallenge(`${challenge}%3D`)],
  ['double_percent_encoding', 'of the verifier', () => refusedVerifier(`${verifier}%7e`, `${verifier}~`)],
  ['verifier_sent_as_challenge', 'with method S256', () => refusedVerifier(verifier, verifier, 'S256')],
  ['verifier_sent_as_challenge', 'the other way round, at /token', () => refusedVerifier(challenge, challenge, 'S256')],
  ['plain_used_with_hash', 'the method was forgotten', () => refusedVerifier(verifier, challenge)],
  ['plain_used_with_hash', 'the method says plain', () => refusedVerifier(verifier, challenge, 'plain')],
  ['method_in_wrong_case', 's256', () => refusedChallenge(challenge, 's256')],
  ['method_in_wrong_case', 'PLAIN', () => refusedChallenge(verifier, 'PLAIN')],
  ['method_is_a_hash_name', 'SHA256', () => refusedChallenge(challenge, 'SHA256')],
  ['method_is_a_hash_name', 'sha-256', () => refusedChallenge(challenge, 'sha-256')],
  ['method_is_a_hash_name', 'RS256', () => refusedChallenge(challenge, 'RS256')],
]; // biome-ignore format: a table, one row per line

describe('recognised mistakes (PK4 PK7)', () => {
  test.each(mistakes)('%s: %s', (mistake, _, refusal) => {
    expect(mistakeOf(refusal())).toBe(mistake);
    expect(describeRefusal(refusal())).toMatch(words[mistake]);
  });

  test('every mistake is made above', () => {
    expect(new Set(mistakes.map(([mistake]) => mistake))).toEqual(new Set(Object.keys(words)));
  });

  test.each([
    ['a challenge that is only too short', () => refusedChallenge(challenge.slice(1))],
    ['a verifier that is only too short', () => refusedVerifier(verifier.slice(1), challenge, 'S256')],
    ['the verifier of another request', () => refusedVerifier(awkward, challenge, 'S256')],
    ['the plain verifier of another request', () => refusedVerifier(awkward, verifier, 'plain')],
    ['a method nobody knows', () => refusedChallenge(challenge, 'S512')],
  ])('no mistake is guessed behind %s', (_, refusal) => {
    expect(mistakeOf(refusal())).toBeUndefined();
  });
});

describe('nothing that was sent comes back', () => {
  /** Every run of 12 characters of the text: long enough not to be there by chance. */
  const pieces = (text: string) =>
    Array.from({ length: text.length - 11 }, (_, start) => text.slice(start, start + 12));
  const tell = (refusal: Refusal) => JSON.stringify(refusal) + describeRefusal(refusal);

  test.each(mistakes)('PK6 when the mistake is %s: %s', (_mistake, _how, refusal) => {
    const inputs = [
      verifier,
      challenge,
      hex,
      hex.toUpperCase(),
      awkward,
      standardBase64,
      base64OfHex.toString('base64'),
    ];
    expect(inputs.flatMap(pieces).filter((piece) => tell(refusal()).includes(piece))).toEqual([]);
  });

  test('PK6 whatever was sent', () => {
    fc.assert(
      fc.property(anyVerifier, anyVerifier, fc.constantFrom('S256', 'plain', undefined), (first, second, method) => {
        fc.pre(first !== second);
        const refusals = [
          admitChallenge({ codeChallenge: `${first}=`, codeChallengeMethod: method }, open),
          admitChallenge({ codeChallenge: first, codeChallengeMethod: second }, open),
          admitChallenge({ codeChallenge: undefined, codeChallengeMethod: second }, open),
          parseVerifier(`${first}!`, open),
          judgeProof(bind(s256Of(first), method), s256Of(second), open),
          judgeProof(undefined, second, open),
        ].flatMap((result) => (result.ok ? [] : [tell(result.refusal)]));
        expect(refusals).toHaveLength(6);
        expect(
          [first, second].flatMap(pieces).filter((piece) => refusals.some((text) => text.includes(piece))),
        ).toEqual([]);
      }),
    );
  });
});

test('a wrong proof is called wrong before the policy is looked at', () => {
  const plain = bind(verifier, 'plain');
  expect(reasonOf(judgeProof(plain, awkward, rulesFor('S256')))).toBe('code_verifier_mismatch');
});
