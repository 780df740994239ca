import type { ReadPepper } from '../foreign-hashes/pepper.ts';
import { verifyStoredPassword } from '../foreign-hashes/stored-password.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { hashPassword, isOwnHash } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { recognizeBrowser } from './known-browser.ts';
import type { ThrottleStore } from './throttle-store.ts';

export type PasswordAttempt = { username: string; password: string; sourceIp: string };

/** `passes`: what the browser keeps of earlier sign-ins; see known-browser.ts. */
export type BrowserAttempt = PasswordAttempt & { passes: readonly string[] };

/**
 * Verifies a username (or email address) and password under the throttle. Refuses with `sign_in_throttled` before it looks at the
 * password, and with `credentials_wrong` after the same work whether the account is unknown, disabled or without a password, or
 * the password is wrong. A known browser of the account has a limit of its own. Upgrades a hash of another server, or with earlier
 * parameters, to one of ours, and answers with the account as it is then.
 */
export async function verifyCredentials(
  { username, password, sourceIp, passes }: BrowserAttempt,
  accounts: Pick<AccountStore, 'findByUsername' | 'upgradePassword'>,
  { throttle, readPepper }: { throttle: Pick<ThrottleStore, 'countSignIn'>; readPepper: ReadPepper },
  now: number,
): Promise<Result<Account, Refusal>> {
  const account = await accounts.findByUsername(username);
  const attempt = await throttle.countSignIn(username, sourceIp, now, recognizeBrowser(passes, account, now));
  if (attempt.retryAfter !== undefined) return refuse({ reason: 'sign_in_throttled', retryAfter: attempt.retryAfter });
  const verified = await verifyStoredPassword(password, account?.passwordHash, readPepper);
  if (!account || !verified || account.disabledAt !== undefined) return refuse({ reason: 'credentials_wrong' });
  await attempt.takeBack();
  return ok(await upgrade(account, password, accounts));
}

/** Conditional on the verified hash, so that a password set meanwhile is kept. */
async function upgrade(
  account: Account,
  password: string,
  accounts: Pick<AccountStore, 'upgradePassword'>,
): Promise<Account> {
  const { sub, passwordHash } = account;
  if (passwordHash === undefined || isOwnHash(passwordHash)) return account;
  const upgraded = await hashPassword(password);
  return (await accounts.upgradePassword(sub, passwordHash, upgraded))
    ? { ...account, passwordHash: upgraded }
    : account;
}
