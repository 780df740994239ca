import type { Refusal } from '../../shared/oauth/refusal.ts';
import { mostPasskeys, type Passkey } from '../../shared/people/passkey.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** Keeps a new passkey. Refuses `passkey_known` when the account has it already, or has as many as it can have. */
export async function keepPasskey(
  passkey: Passkey,
  passkeys: Pick<PasskeyStore, 'add' | 'list'>,
): Promise<Result<void, Refusal>> {
  const isRoom = (await passkeys.list(passkey.sub)).length < mostPasskeys;
  return isRoom && (await passkeys.add(passkey)) ? ok(undefined) : refuse({ reason: 'passkey_known' });
}
