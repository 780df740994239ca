import { preparePassword } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import { usernameKey } from './account.ts';
import { type PasswordProblem, passwordLimits } from './account-password.ts';
import { isCommonPassword } from './common-password.ts';

/** Checks a new password, counting characters as it is hashed. `names` are what the person signs in with. */
export function admitPassword(typed: string, names: readonly (string | undefined)[]): Result<string, PasswordProblem> {
  const password = preparePassword(typed);
  const { length } = Array.from(password);
  if (length < passwordLimits.minimum) return refuse('too_short');
  if (typed.length > passwordLimits.maximum) return refuse('too_long');
  if (isRepetitive(password)) return refuse('repetitive');
  if (isCommonPassword(password)) return refuse('common');
  const key = usernameKey(password);
  const own = names.flatMap((name) => (name === undefined ? [] : [usernameKey(name), usernameKey(name).split('@')[0]]));
  return own.includes(key) ? refuse('same_as_name') : ok(typed);
}

/** One to three characters repeated: `aaaaaaaaaa`, `abcabcabcabc`. */
const isRepetitive = (password: string): boolean => /^(.{1,3}?)\1+.{0,2}$/su.test(password) && hasFew(password);

const hasFew = (password: string): boolean => new Set(password).size <= 3;
