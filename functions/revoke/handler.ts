import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { AuthenticatedClient, AuthenticationDeps } from '../../shared/clients/client-authentication.ts';
import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { parseRefreshToken, type RefreshKeys } from '../../shared/grants/refresh-token.ts';
import { withoutHome } from '../../shared/home.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { jsonReply, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import { single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { readAccessToken } from '../../shared/tokens/access-token.ts';
import { clientRefusalReply, readAuthenticatedForm } from '../authenticated-form.ts';

export type RevokeDeps = AuthenticationDeps & {
  issuer: string;
  grants: Pick<GrantStore, 'find' | 'revoke'>;
  publishedKeys: () => Promise<JwkSet>;
  refreshKeys: () => Promise<RefreshKeys>;
  writeLine: WriteLine;
};

/** RFC 7009: revoking a refresh token or an access token ends the grant behind it, with everything that came from it. */
export const revokeHandler = (deps: RevokeDeps) =>
  endpoint({
    name: 'revoke',
    methods: { POST: (request) => revoke(request, deps) },
    tell: (refusal) => refusalReply(refusal, deps.issuer),
    crossOrigin: true,
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function revoke(request: HttpRequest, deps: RevokeDeps): Promise<Answer> {
  const refused = (refusal: Refusal, client?: string): Answer => ({
    reply: clientRefusalReply(refusal, request, deps.issuer),
    decision: { verdict: 'refused', reason: refusal.reason, client },
  });
  const authenticated = await readAuthenticatedForm(request, deps);
  if (!authenticated.ok) return refused(authenticated.refusal);
  const { form, client } = authenticated.value;
  const token = single(form, 'token');
  if (token === undefined) return refused({ reason: 'token_missing' }, client.clientId);

  const refusal = await revokeToken(token, client, deps);
  if (refusal) return refused(refusal, client.clientId);
  // §2.2: an unknown token is as good as revoked. The body is an object because clients parse it.
  return { reply: jsonReply(200, {}), decision: { verdict: 'allowed', client: client.clientId } };
}

/** Finds out by itself what the token is, so a wrong or unknown `token_type_hint` does no harm (§2.1). */
async function revokeToken(token: string, client: AuthenticatedClient, deps: RevokeDeps): Promise<Refusal | undefined> {
  const refreshToken = parseRefreshToken(token, await deps.refreshKeys());
  if (refreshToken) return revokeGrant(refreshToken.grantId, client, deps);
  const claims = await readAccessToken(token, deps.issuer, await deps.publishedKeys(), deps.now());
  if (claims === undefined) return undefined;
  if (claims.client_id !== client.clientId) return { reason: 'token_of_another_client' };
  // A client that acts for a person must not end what the person gave to another.
  return claims.grant_id === undefined || claims.act !== undefined
    ? { reason: 'token_type_not_revocable' }
    : revokeGrant(withoutHome(claims.grant_id), client, deps);
}

async function revokeGrant(
  grantId: string,
  client: AuthenticatedClient,
  deps: RevokeDeps,
): Promise<Refusal | undefined> {
  const grant = await deps.grants.find(grantId);
  if (grant === undefined) return undefined;
  if (grant.clientId !== client.clientId) return { reason: 'token_of_another_client' };
  await deps.grants.revoke(grantId, deps.now());
  return undefined;
}
