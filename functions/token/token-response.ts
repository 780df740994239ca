import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import { targetOf } from '../../shared/apis/token-target.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import type { SigningKey } from '../../shared/keys/signing-key.ts';
import { mintAccessToken, mintIdToken, scopeMember, type TokenResponse } from '../../shared/tokens/mint.ts';
import type { TokenDeps } from './handler.ts';

/** The keys a response will need. Loaded before anything is spent: a KMS that does not answer must not cost anybody a code. */
export async function loadKeys(client: RegisteredClient, deps: TokenDeps) {
  const [accessTokenKey, idTokenKey] = await Promise.all([
    deps.signingKey(deps.defaultAlgorithm),
    deps.signingKey(client.idTokenSignedResponseAlg ?? deps.defaultAlgorithm),
  ]);
  return { accessTokenKey, idTokenKey };
}

/** The tokens of a grant. `nonce` only at the first issue: on refresh an ID token has none (OpenID Connect Core §12.2). */
export async function tokenResponse(
  grant: Grant,
  {
    scope,
    apis,
    nonce,
    refreshToken,
  }: {
    scope: readonly string[];
    apis: readonly RegisteredApi[];
    nonce?: string | undefined;
    refreshToken?: string | undefined;
  },
  keys: { accessTokenKey: SigningKey; idTokenKey: SigningKey },
  deps: TokenDeps,
  now: number,
): Promise<TokenResponse> {
  const target = targetOf(apis, scope, deps);
  const bearer = { clientId: grant.clientId, sub: grant.sub, grantId: grant.id, authTime: grant.authTime };
  const [accessToken, idToken] = await Promise.all([
    mintAccessToken(bearer, target, deps.issuer, keys.accessTokenKey, now),
    scope.includes('openid') ? mintIdToken(grant, { nonce }, deps, keys.idTokenKey, now) : undefined,
  ]);
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: target.lifetime,
    ...scopeMember(target.scope),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(idToken !== undefined && { id_token: idToken }),
  };
}
