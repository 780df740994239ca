import type { AuthenticationMethod } from '../../shared/oauth/authentication-context.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { hashPassword } from '../../shared/password.ts';
import type { Account } from '../../shared/people/account.ts';
import { admitPassword } from '../../shared/people/account-password.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { passkeyMethods } from '../../shared/people/passkey.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { keepPasskey, verifyNewPasskey } from '../passkey/new-passkey.ts';

/*
 * What a link is spent on: a password or a passkey. Each is judged first, so that one that is refused leaves the link as it is;
 * then the link is spent in one conditional write, and of any number of attempts one wins.
 */

/**
 * The account as the spending of the link left it, and how the person is signed in from now on (RFC 8176). `link_lost`: another
 * attempt was first, or the link has ended meanwhile.
 */
export type Access = { account: Account; amr: readonly AuthenticationMethod[] };
export type Given = Result<Access, Refusal | { reason: 'link_lost' }>;

const lost: Given = refuse({ reason: 'link_lost' });

type Spendable = { account: Account; hash: string };

/** Sets the password and spends the link in the same write. */
export async function givePassword(
  { account, hash }: Spendable,
  typed: string,
  deps: { accounts: Pick<AccountStore, 'accept'>; now: () => number },
): Promise<Given> {
  const password = admitPassword(typed, [account.username, account.email]);
  if (!password.ok) return refuse({ reason: 'password_unacceptable', problem: password.refusal });
  const changed = await deps.accounts.accept(account.sub, hash, await hashPassword(password.value), deps.now());
  return changed ? ok({ account: changed, amr: ['pwd'] }) : lost;
}

/**
 * Keeps the passkey of whoever wins the link. It is kept last: a passkey without a spent link would be a way in that nobody
 * gave. If we stop in between, the person needs another link.
 */
export async function givePasskey(
  { account, hash }: Spendable,
  answer: { browser: string; credential: string; name: string },
  deps: {
    issuer: string;
    accounts: Pick<AccountStore, 'spendLink'>;
    challenges: Pick<ChallengeStore, 'spend'>;
    passkeys: Pick<PasskeyStore, 'add' | 'list'>;
    now: () => number;
  },
): Promise<Given> {
  const made = await verifyNewPasskey({ account, ...answer }, deps, deps.now());
  if (!made.ok) return made;
  const changed = await deps.accounts.spendLink(account.sub, hash, deps.now());
  if (changed === undefined) return lost;
  const kept = await keepPasskey(made.value, deps.passkeys);
  return kept.ok ? ok({ account: changed, amr: passkeyMethods(made.value) }) : lost;
}
