import { randomBytes } from 'node:crypto';
import { preparePassword } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import { usernameKey } from './account.ts';

/*
 * What a password that a person chooses must be. Length is what counts, not kinds of characters, and nothing expires
 * (NIST SP 800-63B-4 §3.1.1.2). Passwords that operators bring along are taken as they are.
 */

export const passwordLimits = { minimum: 10, maximum: 1_024 } as const;

export type PasswordProblem = 'too_short' | 'too_long' | 'repetitive' | 'same_as_name';

/** The password, counted in characters as it is hashed; `names` are what the person signs in with. */
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

/** One to three characters over and over: `aaaaaaaaaa`, `abcabcabcabc`. */
const isRepetitive = (password: string): boolean => /^(.{1,3}?)\1+.{0,2}$/su.test(password) && hasFew(password);

const hasFew = (password: string): boolean => new Set(password).size <= 3;

/** No letter or digit that looks like another one: 32 of them, 5 bits each. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** 100 random bits that can be read aloud and typed: `k7m2p-x9qwt-4hjvn-zc6ya`. */
export function generatePassword(): string {
  const letters = Array.from(randomBytes(20), (byte) => alphabet[byte % alphabet.length] ?? '');
  return [0, 5, 10, 15].map((start) => letters.slice(start, start + 5).join('')).join('-');
}
