import { type ApiStore, apiStore, type Registered } from '../../../shared/apis/api-store.ts';
import { apiDocument, parseApi, type RegisteredApi } from '../../../shared/apis/registered-api.ts';
import { type Difference, differences } from '../../../shared/clients/roll-back.ts';
import { formatTime } from '../../../shared/time.ts';
import type { Answer, Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { shown } from '../../output.ts';

export async function openApis(context: Context): Promise<ApiStore> {
  const { database, table } = await context.open();
  return apiStore(database, table('clients'), context.now);
}

/** Returns a registered API. Fails when there is none. */
export async function findApi(context: Context, resource: string): Promise<Registered<RegisteredApi>> {
  const found = await (await openApis(context)).find(resource);
  if (found === undefined) throw new Failure(`There is no API ${resource}.`);
  return found;
}

export const nameOf = (resource: string): string => `API ${resource}`;

/** Returns the API, or fails with every mistake. */
export function mustParseApi(document: Record<string, unknown>): RegisteredApi {
  const parsed = parseApi(document);
  if (parsed.ok) return parsed.value;
  const problems = parsed.refusal.map(({ member, problem }) => `${member} ${problem}`);
  throw new Failure(`${nameOf(String(document['resource']))}: ${problems.join('; ')}.`);
}

/**
 * Fails when a client is called like an API with tokens of the type JWT: its ID tokens would have the audience and the type of the
 * API's access tokens (RFC 8725 §3.11).
 */
export async function mustBeNoClient(context: Context, { resource, accessTokenTyp }: RegisteredApi): Promise<void> {
  const { clients } = await context.open();
  if (accessTokenTyp !== 'JWT' || (await clients.find(resource)) === undefined) return;
  throw new Failure(`${nameOf(resource)}: access_token_typ is JWT, and a client has the resource as its id.`);
}

/** The API as JSON, with its version and who last changed it. */
export function describeApi({ value, version, changed }: Registered<RegisteredApi>): Record<string, unknown> {
  const by = changed && { changed: { at: formatTime(changed.at), by: changed.by, why: changed.why } };
  return { ...apiDocument(value), version, ...by };
}

/** Answers a change with the differences and the API as it is now. */
export function answerApi(
  done: string,
  before: RegisteredApi | undefined,
  api: RegisteredApi,
  version: number,
): Answer {
  const changed: Difference[] = before ? differences(apiDocument(before), apiDocument(api)) : [];
  const lines = changed.map(({ member, before: old, after }) => `  ${member}: ${shown(old)} → ${shown(after)}`);
  return {
    json: { ...apiDocument(api), version },
    text: `${[`${done} (version ${version}).`, ...lines].join('\n')}\n`,
  };
}
