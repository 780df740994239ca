import { randomBytes } from '../random-bytes.ts';

/*
 * What the rules for a password that a person chooses are about; admit-password.ts applies them. Length counts, kinds of characters
 * do not, and nothing expires (NIST SP 800-63B-4 §3.1.1.2). They apply to every password in the clear, whoever brings it. Hashes say
 * nothing about theirs.
 */

export const passwordLimits = { minimum: 10, maximum: 1_024 } as const;

export type PasswordProblem = 'too_short' | 'too_long' | 'repetitive' | 'same_as_name' | 'common';

/** Says what is wrong, in words that follow “the password” or the name of its member. */
export const passwordProblems: Record<PasswordProblem, string> = {
  too_short: `is shorter than ${passwordLimits.minimum} characters`,
  too_long: `is longer than ${passwordLimits.maximum.toLocaleString('en')} characters`,
  repetitive: 'repeats the same one to three characters',
  common: 'is one of the most common ones',
  same_as_name: 'is the same as the username or the email address',
};

/** 32 letters and digits, 5 bits each, none of which looks like another. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Returns 100 random bits that are easy to read aloud and type: `k7m2p-x9qwt-4hjvn-zc6ya`. */
export function generatePassword(): string {
  const letters = Array.from(randomBytes(20), (byte) => alphabet[byte % alphabet.length] ?? '');
  return [0, 5, 10, 15].map((start) => letters.slice(start, start + 5).join('')).join('-');
}
