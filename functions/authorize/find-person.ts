import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import type { SignedIn } from '../../shared/people/signed-in-store.ts';
import type { AdmittedRequest } from './admit-request.ts';
import type { AuthorizeDeps } from './authorize-deps.ts';

export type FoundPerson = { sessionId: string; found: SignedIn | undefined };

/** Whether nobody checks again what is found: an answer with an ID token is not brought back, and consent may have just been given. */
export const isFinal = (withConsent: boolean, { idTokenMinter }: Pick<AuthorizeDeps, 'idTokenMinter'>): boolean =>
  withConsent || idTokenMinter !== undefined;

/**
 * Who is signed in, and whether their account still stands by it, in one read; with what they allowed before, where that may matter.
 * `early` is who was found together with a pushed request. Consistently for an answer with an ID token, which no client brings back to have it checked.
 */
export async function findPerson(
  request: HttpRequest,
  { clientId, firstParty }: RegisteredClient,
  { prompt }: AdmittedRequest,
  deps: Pick<AuthorizeDeps, 'issuer' | 'signedIn' | 'idTokenMinter' | 'now'>,
  early: (FoundPerson & { withConsent: boolean }) | undefined,
): Promise<FoundPerson> {
  const sessionId = activeSession(request, deps.issuer);
  if (sessionId === undefined) return { sessionId: '', found: undefined };
  const withConsent = !firstParty || prompt.includes('consent');
  if (early && early.withConsent === withConsent) return early;
  const wanted = { sessionId, clientId, withConsent, now: deps.now() };
  return {
    sessionId,
    found: await (isFinal(withConsent, deps) ? deps.signedIn.find(wanted) : deps.signedIn.findForCode(wanted)),
  };
}
