import type { HeldGrantStore } from '../../shared/grants/held-grant-store.ts';
import { type Home, homeIn, withoutHome } from '../../shared/home.ts';
import type { Homes } from '../../shared/homes.ts';
import type { AskRegion } from './ask.ts';
import type { HeldGrants } from './held-grants.ts';

/**
 * The grants that are `here` and those of the other regions as one. Loaded where there are several. `ask` is given, so that its errors are
 * those of whoever loads this.
 */
export function heldEverywhere(here: HeldGrantStore, homes: Homes, ask: AskRegion): HeldGrants {
  const others = [...homes.others.keys()];
  const listAt = async (home: Home, sub: string, clientId?: string) =>
    (await ask(home, { ask: 'listGrants', sub, clientId })).grants;

  return {
    async listOf(sub, clientId) {
      const lists = [here.listOf(sub, clientId), ...others.map((home) => listAt(home, sub, clientId))];
      return (await Promise.all(lists)).flat();
    },

    async listReachable(sub) {
      const [own, lists] = await Promise.all([
        here.listOf(sub),
        Promise.allSettled(others.map((home) => listAt(home, sub))),
      ]);
      const there = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
      return { grants: [...own, ...there], missing: others.find((_, index) => lists[index]?.status === 'rejected') };
    },

    async clearAway(sub, current, now) {
      await here.clearAway(sub, current, now);
      await Promise.all(others.map((home) => ask(home, { ask: 'clearAway', sub, current })));
    },

    async revoke(id, now) {
      const home = homeIn(id);
      if (home === undefined || home === homes.here) return here.revoke(withoutHome(id), now);
      await ask(home, { ask: 'revokeGrant', id: withoutHome(id) });
    },
  };
}
