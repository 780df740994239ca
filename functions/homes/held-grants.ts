import { type HeldGrantStore, heldGrantStore } from '../../shared/grants/held-grant-store.ts';
import type { Home } from '../../shared/home.ts';
import type { Runtime } from '../runtime.ts';
import { asking } from './ask.ts';

/** Those of every region. `listOf` throws `RegionUnavailable` when one of them does not say what is there. */
export type HeldGrants = HeldGrantStore & {
  /** For pages, on which somebody may just want to end something: the grants of every region that answers, and one that does not. */
  listReachable(
    sub: string,
  ): Promise<{ grants: Awaited<ReturnType<HeldGrantStore['listOf']>>; missing?: Home | undefined }>;
};

/** The grants that a person holds, in every region of the server. */
export function heldGrants(runtime: Runtime): HeldGrants {
  const { config, database } = runtime;
  const here = heldGrantStore(database, config.tables.grants);
  const { homes } = config;
  if (homes === undefined) return { ...here, listReachable: async (sub) => ({ grants: await here.listOf(sub) }) };
  const loading = import('./held-everywhere.ts').then(({ heldEverywhere }) =>
    heldEverywhere(here, homes, asking(runtime)),
  );
  return {
    listOf: async (...person) => (await loading).listOf(...person),
    listReachable: async (sub) => (await loading).listReachable(sub),
    clearAway: async (...what) => (await loading).clearAway(...what),
    revoke: async (...what) => (await loading).revoke(...what),
  };
}
