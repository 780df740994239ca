import { withWholeScope } from '../../shared/apis/client-scope.ts';
import { policySettings, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import type { Detail } from '../../shared/oauth/authorization-details.ts';
import { encodeParameters, type Parameters } from '../../shared/oauth/parameters.ts';
import { referenceIn } from '../../shared/oauth/pushed-request.ts';
import type { RegisteredRedirectUri } from '../../shared/oauth/redirect-uri.ts';
import type { ConsentNeed } from '../../shared/people/consent.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import { hashSecret } from '../../shared/secret.ts';
import { admitWithDetails } from '../authorize/admit-with-details.ts';
import { identifyClient } from '../authorize/identify-client.ts';
import { consentNeed } from '../authorize/needs-consent.ts';
import { refuseUnpushed, refuseUnsigned } from '../authorize/refuse-unpushed.ts';
import { findMeant } from '../find-meant.ts';
import type { ConsentDeps } from './consent-deps.ts';

/** An authorization request that would be granted, but for the person's consent. */
export type Interrupted = {
  parameters: Parameters;
  /** What the address of the page has of it, also as a query, and what tells it from any other request. */
  address: Parameters;
  query: string;
  name: string;
  client: RegisteredClient;
  redirectUri: RegisteredRedirectUri;
  need: ConsentNeed;
  details: readonly Detail[];
  sub: string;
  /** What the person allows now is allowed under this. */
  clientEpoch: number;
  formToken: string;
};

/** The request with its client and the person who is signed in. Undefined when one of the three is not as it must be. */
export async function findInterrupted(
  address: Parameters,
  request: HttpRequest,
  deps: ConsentDeps,
): Promise<Interrupted | undefined> {
  const now = deps.now();
  const meant = await findMeant(address, deps);
  if (!meant.ok) return undefined;
  const { parameters, name } = meant.value;
  const identified = await identifyClient(parameters, deps.clients);
  if (!identified.ok) return undefined;
  const { redirectUri } = identified.value;
  const isPushed = referenceIn(address) !== undefined;
  if (!isPushed && (refuseUnpushed(identified.value.client, deps) ?? refuseUnsigned(identified.value.client))) {
    return undefined;
  }
  const client = await withWholeScope(identified.value.client, deps.apis);
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
  const admitted = await admitWithDetails(parameters, client, rules, deps);
  const sessionId = activeSession(request, deps.issuer);
  const { clientId } = client;
  const found = sessionId === undefined ? undefined : await deps.signedIn.find({ sessionId, clientId, now });
  if (!admitted.ok || !found || sessionId === undefined) return undefined;
  const query = encodeParameters(address);
  const need = consentNeed(admitted.value);
  const { details = [] } = admitted.value;
  const { clientEpoch, session } = found;
  const { sub } = session;
  const formToken = tokenFor([sessionId, query, client.documentHash, need]);
  return { parameters, address, query, name, client, redirectUri, need, details, sub, clientEpoch, formToken };
}

/**
 * Bound to the session, to this request and to what the page said: consent to anything else cannot be sent for somebody (RFC 6749 §10.12),
 * and a client that describes itself anew while the page is open has the person asked again.
 */
const tokenFor = (shown: readonly unknown[]): string => hashSecret(JSON.stringify(['consent', ...shown]));
