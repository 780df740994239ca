import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Account } from '../../shared/people/account.ts';
import { standsBy } from '../../shared/people/still-valid.ts';
import type { AccountDeps } from './account-deps.ts';
import type { SignedInPerson } from './signed-in-person.ts';

/**
 * Removes a way to sign in, a passkey or a link by its `id` in the list, unless it is the last one (`last_way_in`). The removal is
 * announced on the account first, by a conditional write: of two removals at once the second sees that the first is as good as done.
 * An announcement whose removal failed keeps the way usable, and only uncounted, until it is removed once more.
 */
export async function removeWay(
  id: string,
  { account: { sub } }: SignedInPerson,
  deps: AccountDeps,
  remove: (sub: string) => Promise<void>,
): Promise<Refusal | undefined> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const account = await deps.accounts.findBySubject(sub);
    if (account === undefined || !(await hasOtherWay(id, account, deps))) return { reason: 'last_way_in' };
    if (await deps.accounts.announceRemoval(account, id)) {
      await remove(sub);
      await deps.accounts.finishRemoval(sub, id);
      return undefined;
    }
  }
  throw new Error('another removal was first, again and again');
}

/** Each that fails means that another removal won: nobody has so many ways to sign in. */
const mostAttempts = 20;

/** Can the person still sign in without the passkey or the link with this id? Those that are being removed do not count. */
async function hasOtherWay(id: string, account: Account, deps: AccountDeps): Promise<boolean> {
  const { sub, passwordHash, removedWays } = account;
  if (deps.hasPasswords && passwordHash !== undefined) return true;
  const [passkeys, links] = await Promise.all([deps.passkeys.list(sub), deps.links.list(sub)]);
  const isUsable = (provider: string) => deps.upstreams.some((upstream) => upstream.id === provider);
  return [...passkeys, ...links.filter(({ provider }) => isUsable(provider))].some(
    (way) => way.id !== id && !removedWays.includes(way.id) && standsBy(account, way),
  );
}
