import type { Account } from '../../shared/people/account.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import { standsBy, type WaysThatCount } from '../../shared/people/still-valid.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import type { LinkStore } from '../../shared/upstream/link-store.ts';

export type ClearWaysDeps = {
  passkeys: Pick<PasskeyStore, 'list' | 'remove'>;
  links: Pick<LinkStore, 'list' | 'release'>;
  totps: Pick<TotpStore, 'clearAway'>;
};

/** Deletes the passkeys, the links and the authenticator app that an account does not stand by any more. They are worthless already. */
export async function clearWays(
  account: Pick<Account, 'sub'> & WaysThatCount,
  { passkeys, links, totps }: ClearWaysDeps,
): Promise<void> {
  const { sub } = account;
  const [madePasskeys, madeLinks] = await Promise.all([passkeys.list(sub), links.list(sub)]);
  const isOver = (way: { epoch: number; createdAt: number }) => !standsBy(account, way);
  await Promise.all([
    ...madePasskeys.filter(isOver).map(({ id }) => passkeys.remove(sub, id)),
    ...madeLinks.filter(isOver).map(({ id }) => links.release(sub, id)),
    totps.clearAway(account),
  ]);
}
