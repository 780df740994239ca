import { type HeldGrantStore, heldGrantStore } from '../../shared/grants/held-grant-store.ts';
import { type Home, homeIn, withoutHome } from '../../shared/home.ts';
import type { Runtime } from '../runtime.ts';
import { askRegion } from './ask.ts';

/** Those of every region. `listOf` throws `RegionUnavailable` when one of them does not say what is there. */
export type HeldGrants = HeldGrantStore & {
  /** For pages, on which somebody may just want to end something: the grants of every region that answers, and one that does not. */
  listReachable(sub: string): Promise<{ grants: Listed; missing?: Home | undefined }>;
};

type Listed = Awaited<ReturnType<HeldGrantStore['listOf']>>;

/** The grants that a person holds, in every region of the server. */
export function heldGrants(runtime: Runtime): HeldGrants {
  const { config, database } = runtime;
  const here = heldGrantStore(database, config.tables.grants);
  const { homes } = config;
  if (homes === undefined) return { ...here, listReachable: whole(here) };
  const others = [...homes.others.keys()];
  const listAt = async (home: Home, sub: string, clientId?: string): Promise<Listed> =>
    (await askRegion(runtime, home, { ask: 'listGrants', sub, clientId })).grants;

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
      await Promise.all(others.map((home) => askRegion(runtime, home, { ask: 'clearAway', sub, current })));
    },

    async revoke(id, now) {
      const home = homeIn(id);
      if (home === undefined || home === homes.here) return here.revoke(withoutHome(id), now);
      await askRegion(runtime, home, { ask: 'revokeGrant', id: withoutHome(id) });
    },
  };
}

const whole =
  ({ listOf }: HeldGrantStore): HeldGrants['listReachable'] =>
  async (sub) => ({ grants: await listOf(sub) });
