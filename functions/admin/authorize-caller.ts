import { type ManagementScope, managementApi } from '../../shared/apis/management-api.ts';
import { isPublic } from '../../shared/clients/registered-client.ts';
import { bearerToken } from '../../shared/http/bearer.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { readAccessToken } from '../../shared/tokens/access-token.ts';
import type { AdminDeps } from './operation.ts';

/** The client that may make the request; or the refusal, with the client where it is known, for the audit log. */
type Caller = { client: string; refusal?: never } | { client?: string; refusal: Refusal };

/**
 * Who may manage: the bearer of an access token for this API alone, that a client got for itself (RFC 6749 §4.4), with the
 * scope. The registration is asked again, so a client that was disabled or lost the scope is out at once. A token of a person,
 * whatever its scope, never manages.
 */
export async function authorizeCaller(
  request: HttpRequest,
  scope: ManagementScope,
  deps: Pick<AdminDeps, 'issuer' | 'clients' | 'publishedKeys' | 'now'>,
): Promise<Caller> {
  const token = bearerToken(request);
  if (!token.ok) return { refusal: token.refusal };
  const claims = await readAccessToken(token.value, deps.issuer, await deps.publishedKeys(), deps.now());
  if (claims === undefined) return { refusal: { reason: 'access_token_invalid' } };
  const { client_id: client, sub, aud, grant_id: grant } = claims;
  // A list of audiences is refused, too: any other API in it could use the token here.
  if (aud !== managementApi(deps.issuer).resource) {
    return { client, refusal: { reason: 'access_token_for_another_api' } };
  }
  const insufficient = { client, refusal: { reason: 'scope_insufficient', scope } } as const;
  if (grant !== undefined || sub !== client || !claims.scope?.split(' ').includes(scope)) return insufficient;
  const registered = await deps.clients.find(client);
  if (registered === undefined || registered.disabled) return { client, refusal: { reason: 'access_token_invalid' } };
  const mayStill =
    !isPublic(registered) && registered.grantTypes.includes('client_credentials') && registered.scope.includes(scope);
  return mayStill ? { client } : insufficient;
}
