import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import { matchRedirectUri, type RegisteredRedirectUri } from '../../shared/oauth/redirect-uri.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { HintClaims } from '../../shared/tokens/id-token-hint.ts';
import type { SignOutDeps } from './sign-out-deps.ts';

/**
 * OpenID Connect RP-Initiated Logout §3: where the browser goes afterwards, which is only ever an address that the client
 * registered for this. The client is the one of the hint, or the one that is named. Undefined: no address was sent. Refuses
 * `post_logout_redirect_uri_not_registered`, and, where no client is found, `id_token_hint_invalid` or `sign_out_client_unknown`.
 */
export async function findReturnAddress(
  sent: Parameters,
  hint: HintClaims | undefined,
  deps: SignOutDeps,
): Promise<Result<RegisteredRedirectUri | undefined, Refusal>> {
  const presented = single(sent, 'post_logout_redirect_uri');
  if (presented === undefined) return ok(undefined);
  const clientId = hint?.aud ?? single(sent, 'client_id');
  if (clientId === undefined && single(sent, 'id_token_hint') !== undefined) {
    return refuse({ reason: 'id_token_hint_invalid' });
  }
  const client = clientId === undefined ? undefined : await deps.clients.find(clientId);
  if (client === undefined) return refuse({ reason: 'sign_out_client_unknown' });
  const to = matchRedirectUri(presented, client.postLogoutRedirectUris ?? []);
  return to === undefined ? refuse({ reason: 'post_logout_redirect_uri_not_registered' }) : ok(to);
}
