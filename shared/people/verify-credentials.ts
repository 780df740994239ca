import type { Refusal } from '../oauth/refusal.ts';
import { hashPassword, isOwnHash } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { verifyStoredPassword } from './password-import.ts';
import type { ThrottleStore } from './throttle-store.ts';

export type PasswordAttempt = { username: string; password: string; sourceIp: string };

/**
 * Verifies a username (or email address) and password under the throttle. Refuses with `sign_in_throttled` before it looks at the
 * password, and with `credentials_wrong` after the same work whether the account is unknown, disabled or without a password, or
 * the password is wrong. Upgrades a hash of another server, or with earlier parameters, to one of ours.
 */
export async function verifyCredentials(
  { username, password, sourceIp }: PasswordAttempt,
  accounts: Pick<AccountStore, 'findByUsername' | 'upgradePassword'>,
  throttle: Pick<ThrottleStore, 'countSignIn'>,
  now: number,
): Promise<Result<Account, Refusal>> {
  const attempt = await throttle.countSignIn(username, sourceIp, now);
  if (attempt.retryAfter !== undefined) return refuse({ reason: 'sign_in_throttled', retryAfter: attempt.retryAfter });
  const account = await accounts.findByUsername(username);
  const verified = await verifyStoredPassword(password, account?.passwordHash);
  if (!account || !verified || account.disabledAt !== undefined) return refuse({ reason: 'credentials_wrong' });
  await attempt.takeBack();
  await upgrade(account, password, accounts);
  return ok(account);
}

/** Conditional on the verified hash, so that a password set meanwhile is kept. */
async function upgrade(
  { sub, passwordHash }: Account,
  password: string,
  accounts: Pick<AccountStore, 'upgradePassword'>,
): Promise<void> {
  if (passwordHash === undefined || isOwnHash(passwordHash)) return;
  await accounts.upgradePassword(sub, passwordHash, await hashPassword(password));
}
