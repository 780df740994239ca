import type { ReadItem } from '../shared/aws/dynamodb.ts';
import type { RefreshKeys } from '../shared/grants/refresh-token.ts';
import { encodeParameters, type Parameters } from '../shared/oauth/parameters.ts';
import { referenceIn } from '../shared/oauth/pushed-request.ts';
import type { Refusal } from '../shared/oauth/refusal.ts';
import { ok, type Result } from '../shared/result.ts';
import type { Meant, OpenedRequest } from './meant-request.ts';
import type { PushedRequests } from './open-pushed-requests.ts';

/*
 * An address means the authorization request that it has, or the pushed one that it names (RFC 9126 §4), of which nothing else in the
 * address changes anything.
 */

type Deps = { pushedRequests: PushedRequests };

/** Refuses `parameter_duplicated`, `client_id_missing` and what begins with `request_uri`; whether it is too late, only /authorize says. */
export const findMeant = async (address: Parameters, deps: Deps): Promise<Result<Meant, Refusal>> =>
  (await loaded(address, deps))?.find(address) ?? ok({ parameters: address, name: encodeParameters(address) });

/** For a page that only shows something of the request. */
export const findShown = async (address: Parameters, deps: Deps): Promise<Parameters> =>
  (await loaded(address, deps))?.show(address) ?? address;

/** Refuses a pushed request that was not opened in time, too. `read` reads that, where it comes together with something else. */
export async function openRequest(
  address: Parameters,
  deps: Deps & { refreshKeys: () => Promise<RefreshKeys>; now: () => number },
  read?: ReadItem,
): Promise<Result<OpenedRequest, Refusal>> {
  const pushed = await loaded(address, deps);
  if (pushed) return pushed.open(address, await deps.refreshKeys(), deps.now(), read);
  const query = encodeParameters(address);
  return ok({ parameters: address, name: query, query });
}

const loaded = (address: Parameters, { pushedRequests }: Deps) =>
  referenceIn(address) === undefined ? undefined : pushedRequests?.();
