import { isFirst } from '../../shared/homes.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { removalStore } from '../../shared/people/removal-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { heldGrants } from '../homes/held-grants.ts';
import type { Runtime } from '../runtime.ts';
import { removeBelongings } from './remove-everything.ts';

/**
 * Removes the accounts whose people deleted them and did not want them back in time. Runs on a schedule; what it could not finish it
 * finds again, because the entry of the list goes last. An account that cannot be removed keeps none of the others; the error comes after
 * all of them. Returns how many it removed. Of several regions, the one where accounts are changed does it for all.
 */
export function compose(runtime: Runtime) {
  const { config, database, now } = runtime;
  const { people } = config.tables;
  const accounts = accountStore(database, people);
  const sessions = sessionStore(database, people);
  const grants = heldGrants(runtime);
  const removals = removalStore(database, people);

  async function remove(sub: string): Promise<boolean> {
    const account = await accounts.findBySubject(sub);
    if (!account?.removal || account.removal.due > now()) return false;
    await sessions.endAll(sub, 0);
    await grants.clearAway(sub, { counter: 'epoch', current: undefined }, now());
    await removeBelongings(sub, database, people);
    await accounts.remove(account);
    return true;
  }

  return async (): Promise<{ removed: number }> => {
    let removed = 0;
    if (!isFirst(config.homes)) return { removed };
    const failures: unknown[] = [];
    for (const due of await removals.listDue(now())) {
      try {
        if (await remove(due.sub)) removed += 1;
        await removals.done(due);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `${failures.length} not removed, the first: ${String(failures[0])}`);
    }
    return { removed };
  };
}
