import type { Account } from '../../shared/people/account.ts';
import type { ListedPasskey } from '../../shared/people/passkey.ts';
import { standsBy } from '../../shared/people/still-valid.ts';
import type { ListedLink } from '../../shared/upstream/link-store.ts';
import type { AccountDeps } from './account-deps.ts';
import { clearWays } from './clear-ways.ts';

type Ways = {
  passkeys: readonly ListedPasskey[];
  links: readonly ListedLink[];
  totp: { codesLeft: number; createdAt: number | undefined } | undefined;
};

/** The ways to sign in, besides the password, that the account stands by. If older ones were left behind, deletes them. */
export async function listWays(
  account: Account,
  deps: Pick<AccountDeps, 'passkeys' | 'links' | 'totps' | 'tidyUp'>,
): Promise<Ways> {
  const [passkeys, links, totp] = await Promise.all([
    deps.passkeys.list(account.sub),
    deps.links.list(account.sub),
    deps.totps.look(account),
  ]);
  const isStanding = (way: { epoch: number; createdAt: number }) => standsBy(account, way);
  if (![...passkeys, ...links].every(isStanding)) await deps.tidyUp(() => clearWays(account, deps));
  return { passkeys: passkeys.filter(isStanding), links: links.filter(isStanding), totp };
}
