import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import type { Consent } from '../../shared/people/consent.ts';
import type { Session, SessionStore } from '../../shared/people/session-store.ts';
import type { AdmittedRequest } from './admit-request.ts';

type FoundPerson = { sessionId: string; session: Session | undefined; consent: Consent | undefined };

/** Who is signed in, in one read; with what they allowed before, where that may matter. */
export async function findPerson(
  request: HttpRequest,
  client: RegisteredClient,
  { prompt }: AdmittedRequest,
  deps: { issuer: string; sessions: Pick<SessionStore, 'find' | 'findWithConsent'>; now: () => number },
): Promise<FoundPerson> {
  const now = deps.now();
  const sessionId = activeSession(request, deps.issuer);
  if (sessionId === undefined) return { sessionId: '', session: undefined, consent: undefined };
  if (client.firstParty && !prompt.includes('consent')) {
    return { sessionId, session: await deps.sessions.find(sessionId, now), consent: undefined };
  }
  return { sessionId, ...(await deps.sessions.findWithConsent(sessionId, client.clientId, now)) };
}
