import { type ManagementScope, managementApi } from '../../shared/apis/management-api.ts';
import { isPublic } from '../../shared/clients/registered-client.ts';
import { bearerToken } from '../../shared/http/bearer.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { readAccessToken } from '../../shared/tokens/access-token.ts';
import type { AdminDeps } from './operation.ts';

/** The client that may make the request; or the refusal, with the client where it is known, for the audit log. */
type Caller = { client: string; mayDelegate: boolean; refusal?: never } | { client?: string; refusal: Refusal };

/**
 * Who may manage: the bearer of an access token for this API alone, that a client got for itself (RFC 6749 §4.4), with the
 * scope. The registration is asked again, so a client that was disabled or lost the scope is out at once. A token of a person,
 * whatever its scope, never manages. `mayDelegate`: whether it may also change clients that manage, and make new ones.
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
  const granted = claims.scope?.split(' ') ?? [];
  if (grant !== undefined || sub !== client || !granted.includes(scope)) return insufficient;
  const registered = await deps.clients.find(client);
  if (registered === undefined || registered.disabled) return { client, refusal: { reason: 'access_token_invalid' } };
  const isForItself = !isPublic(registered) && registered.grantTypes.includes('client_credentials');
  const mayStill = (wanted: ManagementScope) => isForItself && registered.scope.includes(wanted);
  if (!mayStill(scope)) return insufficient;
  return { client, mayDelegate: granted.includes('pixy:delegate') && mayStill('pixy:delegate') };
}
