import { findByResource, type RegisteredApi } from '../../shared/apis/registered-api.ts';
import { once } from '../../shared/cached.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type Detail, membersOf } from '../../shared/oauth/authorization-details.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type GrantType, jwtBearer } from '../../shared/oauth/server-metadata.ts';
import { ok, type Result } from '../../shared/result.ts';

const loadParser = once(() => import('../../shared/oauth/parse-details.ts'));

/**
 * RFC 9396 §6: the details that a token request names out of those that were granted; undefined when it names none, and so means all of
 * them. Refuses `authorization_details_invalid`. What reads
 * them is loaded when the first such request comes.
 */
export async function askedDetails(form: Parameters): Promise<Result<Detail[] | undefined, Refusal>> {
  const text = single(form, 'authorization_details');
  if (text === undefined) return ok(undefined);
  const { parseDetails } = await loadParser();
  const parsed = parseDetails(text);
  return parsed.ok ? ok([...new Set(parsed.value)]) : parsed;
}

/** A grant without a person, who alone can agree to details: what asks for some there is refused, not left out. */
export const refuseWithoutPerson = (form: Parameters, grantType: GrantType): Refusal | undefined =>
  (grantType === 'client_credentials' || grantType === jwtBearer) && single(form, 'authorization_details') !== undefined
    ? { reason: 'authorization_details_invalid', because: 'A person has to agree to them, and this grant has none.' }
    : undefined;

/**
 * The details for one access token (RFC 9396 §9.1): those that say nothing of a location, or name one of the token's APIs, and whose
 * type the client may still ask for.
 */
export const detailsFor = (
  details: readonly Detail[] = [],
  { authorizationDetailsTypes = [] }: Pick<RegisteredClient, 'authorizationDetailsTypes'>,
  apis: readonly RegisteredApi[],
): Detail[] =>
  details.filter((detail) => {
    const { type, locations } = membersOf(detail);
    const isHere = !Array.isArray(locations) || locations.length === 0 || apis.some((api) => isAt(locations, api));
    return isHere && authorizationDetailsTypes.includes(type);
  });

const isAt = (locations: readonly unknown[], api: RegisteredApi): boolean =>
  locations.some((location) => typeof location === 'string' && findByResource([api], location) !== undefined);
