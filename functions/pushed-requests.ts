import type { ReadItem } from '../shared/aws/dynamodb.ts';
import type { IssuedGrant } from '../shared/grants/issue-code.ts';
import { openedMark, type PushedRequest, refuseTooLate } from '../shared/grants/pushed-request.ts';
import { type PushedRequestStore, pushedRequestStore } from '../shared/grants/pushed-request-store.ts';
import type { RefreshKeys } from '../shared/grants/refresh-token.ts';
import { type Parameters, refuseUnclear, single } from '../shared/oauth/parameters.ts';
import { afterAnswers, goingOn, nameOf, onPage } from '../shared/oauth/pushed-parameters.ts';
import { ofPages, referenceIn } from '../shared/oauth/pushed-request.ts';
import type { Refusal } from '../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../shared/result.ts';
import type { Meant, OpenedRequest } from './meant-request.ts';
import type { Runtime } from './runtime.ts';

/**
 * The requests that clients pushed, as the authorization endpoint and the pages see them: by an address that names one. The functions
 * load this when the first such address comes.
 */
export function pushedRequests({ config, database }: Runtime) {
  const store = pushedRequestStore(database, config.tables.grants);
  return {
    find: async (address: Parameters): Promise<Result<Meant, Refusal>> => {
      const found = await findNamed(address, store);
      return found.ok ? ok({ parameters: found.value.parameters, name: found.value.name }) : found;
    },

    /** The request with what the address says about the page alone. What cannot be found, /authorize will refuse. */
    show: async (address: Parameters): Promise<Parameters> => {
      const found = await findNamed(address, store);
      return found.ok ? onPage(found.value.parameters, address) : address;
    },

    /** `read` reads the item, where it comes together with something else. */
    open: (address: Parameters, keys: RefreshKeys, now: number, read?: ReadItem) =>
      open(address, keys, { find: (reference, clientId) => store.find(reference, clientId, read) }, now),

    complete: (grant: IssuedGrant & { codeHash: string }) => store.complete(grant),
  };
}

type Named = PushedRequest & { name: string; reference: string };

/** Refuses `parameter_duplicated`, `client_id_missing`, and that there is no such request for this client. */
async function findNamed(
  address: Parameters,
  store: Pick<PushedRequestStore, 'find'>,
): Promise<Result<Named, Refusal>> {
  const unclear = refuseUnclear(address, ['client_id', 'request_uri']);
  if (unclear) return refuse(unclear);
  const clientId = single(address, 'client_id');
  if (clientId === undefined) return refuse({ reason: 'client_id_missing' });
  const reference = referenceIn(address) ?? '';
  const found = await store.find(reference, clientId);
  return found.ok ? ok({ ...found.value, reference, name: nameOf(clientId, reference) }) : found;
}

/** A request must be opened in time, or have been: the proof of that goes along to our pages and comes back from them. */
async function open(
  address: Parameters,
  keys: RefreshKeys,
  store: Pick<PushedRequestStore, 'find'>,
  now: number,
): Promise<Result<OpenedRequest, Refusal>> {
  const found = await findNamed(address, store);
  if (!found.ok) return found;
  const { id, clientSince, name, reference, parameters, pushedAt } = found.value;
  const mark = single(address, ofPages.opened);
  const tooLate = refuseTooLate(found.value, { reference, mark }, keys, now);
  if (tooLate) return refuse(tooLate);
  return ok({
    parameters: afterAnswers(parameters, address),
    name,
    query: goingOn(name, openedMark(reference, keys), address),
    pushed: { id, clientSince, at: pushedAt },
  });
}
