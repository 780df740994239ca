import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import { matchRedirectUri, type RegisteredRedirectUri } from '../../shared/oauth/redirect-uri.ts';
import type { HintClaims } from '../../shared/tokens/id-token-hint.ts';
import type { SignOutDeps } from './sign-out-deps.ts';

/**
 * OpenID Connect RP-Initiated Logout §3: where the browser goes afterwards, which is only ever an address that the client
 * registered for this. The client is the one of the hint, or the one that is named. Undefined: it stays here.
 */
export async function findReturnAddress(
  sent: Parameters,
  hint: HintClaims | undefined,
  deps: SignOutDeps,
): Promise<RegisteredRedirectUri | undefined> {
  const presented = single(sent, 'post_logout_redirect_uri');
  const clientId = hint?.aud ?? single(sent, 'client_id');
  if (presented === undefined || clientId === undefined) return undefined;
  const client = await deps.clients.find(clientId);
  return client && matchRedirectUri(presented, client.postLogoutRedirectUris ?? []);
}
