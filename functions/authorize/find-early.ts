import type { ReadItem } from '../../shared/aws/dynamodb.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { AuthorizeDeps } from './authorize-deps.ts';
import { type FoundPerson, isFinal } from './find-person.ts';

/** How to read a pushed request, and who was found on the way: somebody, as far as the request before it was read. */
export type EarlyReading = { read: ReadItem; person: () => (FoundPerson & { withConsent: boolean }) | undefined };

/**
 * The address of a pushed request already says for which client it is, so who is signed in can be read in the same call as the request
 * itself. Undefined for nobody, and for clients that would have to be fetched: first there must be a request.
 */
export async function findEarly(
  address: Parameters,
  request: HttpRequest,
  deps: Pick<AuthorizeDeps, 'issuer' | 'clients' | 'signedIn' | 'idTokenMinter' | 'now'>,
): Promise<EarlyReading | undefined> {
  const sessionId = activeSession(request, deps.issuer);
  const clientId = single(address, 'client_id');
  if (sessionId === undefined || clientId === undefined) return undefined;
  const client = await deps.clients.findRegistered(clientId);
  if (client === undefined) return undefined;
  const withConsent = !client.firstParty;
  const isConsistent = isFinal(withConsent, deps);
  let person: ReturnType<EarlyReading['person']>;
  return {
    async read(one) {
      const wanted = { sessionId, clientId, withConsent, now: deps.now() };
      const { found, item } = await deps.signedIn.findBeside(wanted, isConsistent, one);
      // Whom an eventually consistent call does not find may be there all the same.
      if (found || isConsistent) person = { sessionId, found, withConsent };
      return item;
    },
    person: () => person,
  };
}
