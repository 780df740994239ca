import { findApis, targetOf } from '../../shared/apis/token-target.ts';
import type { AuthenticatedClient } from '../../shared/clients/client-authentication.ts';
import { isPublic } from '../../shared/clients/registered-client.ts';
import { multiple, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { grantScope, openidScopes } from '../../shared/oauth/scope.ts';
import { mintAccessToken, scopeMember } from '../../shared/tokens/mint.ts';
import type { FlowOutcome, TokenDeps } from './handler.ts';

/** RFC 6749 §4.4: a token for the client itself, its `sub` the client id (RFC 9068 §2.2). No refresh token (§4.4.3), no person, no ID token. */
export async function clientCredentials(
  form: Parameters,
  client: AuthenticatedClient,
  deps: TokenDeps,
): Promise<FlowOutcome> {
  const now = deps.now();
  const { clientId } = client;
  const note = { client: clientId };
  const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

  if (isPublic(client)) return refused({ reason: 'grant_type_not_registered' });
  const ownScope = client.scope.filter((value) => !openidScopes.some((openid) => openid === value));
  const scope = grantScope(single(form, 'scope'), ownScope);
  if (!scope.ok) return refused(scope.refusal);
  const resources = multiple(form, 'resource');
  const apis = findApis(resources, resources.length > 0 ? await deps.apis.list() : []);
  if (!apis.ok) return refused(apis.refusal);

  const found = targetOf(apis.value, scope.value, deps);
  if (!found.ok) return refused(found.refusal);
  const target = found.value;
  const key = await deps.signingKey(deps.defaultAlgorithm);
  const accessToken = await mintAccessToken({ clientId, sub: clientId }, target, deps.issuer, key, now);
  return {
    ok: true,
    tokens: {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: target.lifetime,
      ...scopeMember(target.scope),
    },
    note,
  };
}
