import { type HeldGrantStore, heldGrantStore } from '../../shared/grants/held-grant-store.ts';
import { homeIn, withoutHome } from '../../shared/home.ts';
import type { Runtime } from '../runtime.ts';
import { askRegion } from './ask.ts';

/**
 * The grants that a person holds, in every region of the server. A list is whole or not at all: it throws `RegionUnavailable` when a
 * region does not say what is there.
 */
export function heldGrants(runtime: Runtime): HeldGrantStore {
  const { config, database } = runtime;
  const here = heldGrantStore(database, config.tables.grants);
  const { homes } = config;
  if (homes === undefined) return here;
  const others = [...homes.others.keys()];

  return {
    async listOf(sub, clientId) {
      const [own, ...lists] = await Promise.all([
        here.listOf(sub, clientId),
        ...others.map(async (home) => (await askRegion(runtime, home, { ask: 'listGrants', sub, clientId })).grants),
      ]);
      return [own, ...lists].flat();
    },

    async clearAway(sub, current, now) {
      await here.clearAway(sub, current, now);
      await Promise.all(others.map((home) => askRegion(runtime, home, { ask: 'clearAway', sub, current })));
    },

    async revoke(id, now) {
      const home = homeIn(id);
      if (home === undefined || home === homes.here) return here.revoke(withoutHome(id), now);
      await askRegion(runtime, home, { ask: 'revokeGrant', id: withoutHome(id) });
    },
  };
}
