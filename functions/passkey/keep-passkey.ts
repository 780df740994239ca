import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Account } from '../../shared/people/account.ts';
import { mostPasskeys, type Passkey } from '../../shared/people/passkey.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import { standsBy, type WaysThatCount } from '../../shared/people/still-valid.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/**
 * Keeps a new passkey of an account, as the account was when the right to make one was proved. Refuses `passkey_known` when the
 * account has it already, or has as many as it can have.
 */
export async function keepPasskey(
  passkey: Omit<Passkey, 'epoch'>,
  account: Pick<Account, 'epoch'> & WaysThatCount,
  passkeys: Pick<PasskeyStore, 'add' | 'list'>,
): Promise<Result<void, Refusal>> {
  const others = (await passkeys.list(passkey.sub)).filter((other) => standsBy(account, other));
  const isKept = others.length < mostPasskeys && (await passkeys.add({ ...passkey, epoch: account.epoch }));
  return isKept ? ok(undefined) : refuse({ reason: 'passkey_known' });
}
