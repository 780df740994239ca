import type { FindElsewhere } from '../../shared/grants/subject-store.ts';
import { homeIn, withoutHome } from '../../shared/home.ts';
import type { Runtime } from '../runtime.ts';
import { asking } from './ask.ts';

/**
 * Finds the grants of access tokens in other regions, for functions that answer wherever they are asked. Undefined where there is one
 * region. A grant without a letter is in the first.
 */
export function grantsElsewhere(runtime: Runtime): FindElsewhere | undefined {
  const { homes } = runtime.config;
  if (homes === undefined) return undefined;
  const ask = asking(runtime);
  return (grantId) => {
    const home = homeIn(grantId) ?? homes.first;
    if (!homes.others.has(home)) return undefined;
    return ask(home, { ask: 'findGrant', id: withoutHome(grantId) }).then(({ grant }) => grant);
  };
}
