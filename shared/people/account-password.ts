import { randomBytes } from 'node:crypto';
import { preparePassword } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import { usernameKey } from './account.ts';

/*
 * The rules for a password that a person chooses. Length counts, kinds of characters do not, and nothing expires (NIST SP
 * 800-63B-4 §3.1.1.2). They apply to every password in the clear, whoever brings it; hashes tell nothing about theirs.
 */

export const passwordLimits = { minimum: 10, maximum: 1_024 } as const;

export type PasswordProblem = 'too_short' | 'too_long' | 'repetitive' | 'same_as_name';

/** Checks a new password, counting characters as it is hashed. `names` are what the person signs in with. */
export function admitPassword(typed: string, names: readonly (string | undefined)[]): Result<string, PasswordProblem> {
  const password = preparePassword(typed);
  const { length } = Array.from(password);
  if (length < passwordLimits.minimum) return refuse('too_short');
  if (typed.length > passwordLimits.maximum) return refuse('too_long');
  if (isRepetitive(password)) return refuse('repetitive');
  const key = usernameKey(password);
  const own = names.flatMap((name) => (name === undefined ? [] : [usernameKey(name), usernameKey(name).split('@')[0]]));
  return own.includes(key) ? refuse('same_as_name') : ok(typed);
}

/** Says what is wrong, in words that follow “the password” or the name of its member. */
export const passwordProblems: Record<PasswordProblem, string> = {
  too_short: `is shorter than ${passwordLimits.minimum} characters`,
  too_long: `is longer than ${passwordLimits.maximum.toLocaleString('en')} characters`,
  repetitive: 'repeats the same one to three characters',
  same_as_name: 'is the same as the username or the email address',
};

/** One to three characters repeated: `aaaaaaaaaa`, `abcabcabcabc`. */
const isRepetitive = (password: string): boolean => /^(.{1,3}?)\1+.{0,2}$/su.test(password) && hasFew(password);

const hasFew = (password: string): boolean => new Set(password).size <= 3;

/** 32 letters and digits, 5 bits each, none of which looks like another. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Returns 100 random bits that are easy to read aloud and type: `k7m2p-x9qwt-4hjvn-zc6ya`. */
export function generatePassword(): string {
  const letters = Array.from(randomBytes(20), (byte) => alphabet[byte % alphabet.length] ?? '');
  return [0, 5, 10, 15].map((start) => letters.slice(start, start + 5).join('')).join('-');
}
