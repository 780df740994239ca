import type { Mistake } from '../mistake.ts';
import { judgeHash, judgePlaceholder } from '../oauth/placeholder.ts';
import { type Result, refuse } from '../result.ts';
import { type AccountDescription, checkAccountDescription } from './account.ts';
import { passwordProblems } from './account-password.ts';
import { admitPassword } from './admit-password.ts';
import { isCommonPassword } from './common-password.ts';

/**
 * Parses an account that a file describes, with its password in the clear if it has one. Refuses with every mistake: those of
 * {@link checkAccountDescription}, a password against the rules for new ones, and what only stands for a password.
 */
export function checkGivenAccount(json: unknown): Result<AccountDescription, readonly Mistake[]> {
  const checked = checkAccountDescription(json);
  const problem = passwordProblem(json);
  if (problem === undefined) return checked;
  const others = checked.ok ? [] : checked.refusal.filter(({ member }) => member !== 'password');
  return refuse([...others, { member: 'password', problem }]);
}

function passwordProblem(json: unknown): string | undefined {
  const { username, email, password } = (json ?? {}) as Record<string, unknown>;
  if (typeof password !== 'string') return undefined;
  const names = [username, email].filter((name): name is string => typeof name === 'string');
  const admitted = admitPassword(password, names);
  const known = isCommonPassword(password) ? passwordProblems.common : undefined;
  return (
    judgePlaceholder(password) ??
    judgeHash(password, 'password_hash') ??
    known ??
    (admitted.ok ? undefined : passwordProblems[admitted.refusal])
  );
}
