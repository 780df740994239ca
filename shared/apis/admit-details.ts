import type { RegisteredClient } from '../clients/registered-client.ts';
import { type Detail, type DetailMembers, membersOf } from '../oauth/authorization-details.ts';
import { parseDetails, refuseDetails } from '../oauth/parse-details.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result } from '../result.ts';
import type { ApiReader } from './api-store.ts';
import { type DetailType, detailTypes } from './detail-type.ts';
import { isManager } from './management-api.ts';
import { findMismatch } from './match-detail.ts';
import { findByResource, type RegisteredApi } from './registered-api.ts';

/** Authorization details that a person may be asked about, and the resources of the APIs that they are for. */
export type AdmittedDetails = { details: readonly Detail[]; resources: readonly string[] };

/**
 * RFC 9396 §5: parses the parameter, and judges each element by its registered type, by the types that the client may ask for, and by
 * the APIs in its `locations`. Refuses `authorization_details_invalid`, which names the element and the member. The functions load this
 * when the first such request comes.
 */
export async function admitDetails(
  text: string,
  client: Pick<RegisteredClient, 'authorizationDetailsTypes'>,
  reader: Pick<ApiReader, 'list' | 'others'>,
): Promise<Result<AdmittedDetails, Refusal>> {
  const parsed = parseDetails(text);
  if (!parsed.ok) return parsed;
  const types = await reader.others(detailTypes);
  const known = (await reader.list()).filter((api) => !isManager(api));
  const resources = new Set<string>();
  for (const [index, members] of parsed.value.map(membersOf).entries()) {
    const located = locationsOf(members, known);
    const problem = problemOf(members, client, types) ?? located.problem;
    if (problem !== undefined) return refuseDetails(`Element ${index} ${shown(problem)}.`);
    for (const resource of located.resources) resources.add(resource);
  }
  return ok({ details: [...new Set(parsed.value)], resources: [...resources] });
}

function problemOf(
  members: DetailMembers,
  { authorizationDetailsTypes = [] }: Pick<RegisteredClient, 'authorizationDetailsTypes'>,
  types: readonly DetailType[],
): string | undefined {
  const type = types.find((known) => known.type === members.type);
  if (type === undefined) return 'has a type that is not registered';
  if (!authorizationDetailsTypes.includes(type.type)) return 'has a type that the client may not ask for';
  const mismatch = findMismatch(members, type.schema);
  return mismatch && `does not match its type: the member ${mismatch.member} ${mismatch.problem}`;
}

/** RFC 9396 §2.2: `locations` name APIs, as `resource` does. */
function locationsOf(
  { locations = [] }: DetailMembers,
  apis: readonly RegisteredApi[],
): { resources: string[]; problem?: string } {
  if (!Array.isArray(locations)) return { resources: [], problem: 'has locations that are not a list' };
  const found = locations.map((one) => (typeof one === 'string' ? findByResource(apis, one)?.resource : undefined));
  const resources = found.filter((resource) => resource !== undefined);
  return found.length === resources.length
    ? { resources }
    : { resources, problem: `has a location that is not a registered API: locations.${found.indexOf(undefined)}` };
}

/** Names of members are the client's: what a description cannot have (RFC 6749 §5.2) is left out, and what is too long for one. */
const shown = (problem: string): string => problem.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?').slice(0, 200);
