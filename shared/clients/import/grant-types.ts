import { deviceCodeGrant } from '../../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { type RegistrableGrantType, registrableGrantTypes } from '../registered-client.ts';
import { type Members, shown } from './members.ts';

/** Names that other systems use for grant types. */
const synonyms: ReadonlyMap<string, RegistrableGrantType> = new Map([
  ['code', 'authorization_code'],
  ['hybrid', 'authorization_code'],
]);

/** The grant types of a source that can be registered. */
export type KeptGrantTypes = { grantTypes: RegistrableGrantType[]; notes: string[] };

/**
 * Keeps the grant types that Pixy offers. A note names the others (`implicit`, `password` …), which the server will refuse rather
 * than answer in a weaker way. Refuses a client that has no others, with a sentence that says why.
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

/**
 * The same for an entry: records a refusal under the first of `names` that the entry has. What is read instead needs no redirect URI
 * and no secret.
 */
export function keepGrantTypesOf(members: Members, listed: readonly string[], ...names: string[]): KeptGrantTypes {
  const kept = keepGrantTypes(listed);
  if (kept.ok) return kept.value;
  return members.refuse(members.nameOf(...names), kept.refusal, { grantTypes: [deviceCodeGrant], notes: [] });
}
