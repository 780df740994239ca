import { ok, type Result, refuse } from '../../result.ts';
import { type RegistrableGrantType, registrableGrantTypes } from '../registered-client.ts';
import { shown } from './members.ts';

/** Grant types that are called otherwise elsewhere. */
const synonyms: ReadonlyMap<string, RegistrableGrantType> = new Map([
  ['code', 'authorization_code'],
  ['hybrid', 'authorization_code'],
]);

/** What can be registered of what a source lists. */
export type KeptGrantTypes = { grantTypes: RegistrableGrantType[]; notes: string[] };

/**
 * A client that has more than we offer (`implicit`, `password` …) comes without that, which is said in a note: asking for it will
 * be refused, not answered in a weaker way. A client that has nothing else is refused, with the sentence that says why.
 */
export function keepGrantTypes(listed: readonly string[]): Result<KeptGrantTypes, string> {
  const known = (name: string) => synonyms.get(name) ?? registrableGrantTypes.find((type) => type === name);
  const grantTypes = [...new Set(listed.map(known))].filter((type) => type !== undefined);
  const left = [...new Set(listed.filter((name) => known(name) === undefined))];
  if (grantTypes.every((type) => type === 'refresh_token')) {
    const none = 'has none that can be used on its own';
    return refuse(left.length > 0 ? `has only ${shown(left)}, which is not offered here` : none);
  }
  return ok({ grantTypes, notes: left.length > 0 ? [`comes without ${shown(left)}, which is not offered here`] : [] });
}
