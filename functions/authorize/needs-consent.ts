import { isPublic, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import { isMadeFor } from '../../shared/clients/since.ts';
import { type Consent, type ConsentNeed, covers } from '../../shared/people/consent.ts';
import { hashSecret } from '../../shared/secret.ts';
import type { AdmittedRequest } from './admit-request.ts';

/** Whether the person has to be asked, and if they were, whether this one request may go on because of it. */
export type ConsentState = 'not_needed' | 'needed' | 'once';

/**
 * First-party clients are trusted; the others need what a person allowed before. `prompt=consent` asks whoever it is, and an app
 * that anybody could claim to be (public, and not redirected to by https: RFC 8252 §8.6) is asked for every time.
 * Those two go on with the one request that was just allowed.
 */
export function consentState(
  client: RegisteredClient,
  request: Pick<AdmittedRequest, 'prompt' | 'scope' | 'resources' | 'claimsByName' | 'details'>,
  {
    consent: found,
    requestHash,
    redirectUri,
  }: { consent: Consent | undefined; requestHash: string; redirectUri: string },
  now: number,
): ConsentState {
  const consent =
    found && isMadeFor({ clientSince: found.clientSince, at: found.grantedAt }, client) ? found : undefined;
  const isAsked = request.prompt.includes('consent');
  if (client.firstParty && !isAsked) return 'not_needed';
  const isAllowedOnce = consent?.request?.hash === requestHash && now < consent.request.until;
  if (isAsked || (isPublic(client) && !redirectUri.startsWith('https:'))) return isAllowedOnce ? 'once' : 'needed';
  const isForThis = consent !== undefined && isForDocument(consent, client);
  return isForThis && covers(consent, consentNeed(request)) ? 'not_needed' : 'needed';
}

/** Whether a consent was for the redirect URIs and keys that the document of the client has now. */
const isForDocument = (consent: Consent, { documentHash }: RegisteredClient): boolean =>
  documentHash === undefined || consent.documentHash === documentHash;

/** What a request asks the person for. Claims by name count when no scope value stands for them; details only all together. */
export const consentNeed = ({
  scope,
  resources,
  claimsByName,
  details = [],
}: Pick<AdmittedRequest, 'scope' | 'resources' | 'claimsByName' | 'details'>): ConsentNeed => ({
  scope,
  resources,
  claims: claimsByName,
  ...(details.length > 0 && { detailsHash: hashSecret(details.toSorted().join('\n')) }),
});
