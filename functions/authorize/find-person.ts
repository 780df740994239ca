import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import type { SignedIn } from '../../shared/people/signed-in-store.ts';
import type { AdmittedRequest } from './admit-request.ts';
import type { AuthorizeDeps } from './authorize-deps.ts';

type FoundPerson = { sessionId: string; found: SignedIn | undefined };

/**
 * Who is signed in, and whether their account still stands by it, in one read; with what they allowed before, where that may matter.
 * Consistently for an answer with an ID token, which no client brings back to have it checked.
 */
export async function findPerson(
  request: HttpRequest,
  { clientId, firstParty }: RegisteredClient,
  { prompt }: AdmittedRequest,
  deps: Pick<AuthorizeDeps, 'issuer' | 'signedIn' | 'idTokenMinter' | 'now'>,
): Promise<FoundPerson> {
  const sessionId = activeSession(request, deps.issuer);
  if (sessionId === undefined) return { sessionId: '', found: undefined };
  const withConsent = !firstParty || prompt.includes('consent');
  const wanted = { sessionId, clientId, withConsent, now: deps.now() };
  const isFinal = withConsent || deps.idTokenMinter !== undefined;
  return { sessionId, found: await (isFinal ? deps.signedIn.find(wanted) : deps.signedIn.findForCode(wanted)) };
}
