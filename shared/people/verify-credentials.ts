import type { Refusal } from '../oauth/refusal.ts';
import { unmatchableHash, verifyPassword } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { ThrottleStore } from './throttle-store.ts';

export type PasswordAttempt = { username: string; password: string; sourceIp: string };

/**
 * Username and password, under the throttle. Refuses `sign_in_throttled` before any password is looked at,
 * and `credentials_wrong` with the same work for an unknown account as for a wrong password.
 */
export async function verifyCredentials(
  { username, password, sourceIp }: PasswordAttempt,
  accounts: Pick<AccountStore, 'findByUsername'>,
  throttle: ThrottleStore,
  now: number,
): Promise<Result<Account, Refusal>> {
  const attempt = await throttle.countSignIn(username, sourceIp, now);
  if (attempt.retryAfter !== undefined) return refuse({ reason: 'sign_in_throttled', retryAfter: attempt.retryAfter });
  const account = await accounts.findByUsername(username);
  const verified = await verifyPassword(password, account?.passwordHash ?? unmatchableHash);
  if (!account || !verified) return refuse({ reason: 'credentials_wrong' });
  await attempt.takeBack();
  return ok(account);
}
