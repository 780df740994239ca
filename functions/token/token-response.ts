import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import { claimsByScope } from '../../shared/apis/registered-scope.ts';
import { targetOf } from '../../shared/apis/token-target.ts';
import { isUnderProfile } from '../../shared/clients/profile.ts';
import { mayAskFor, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type Grant, type RefreshState, toldSubject } from '../../shared/grants/grant.ts';
import { formatRefreshToken, type RefreshToken } from '../../shared/grants/refresh-token.ts';
import { withHome } from '../../shared/home.ts';
import { idTokenKey } from '../../shared/keys/loaded-keys.ts';
import type { SigningKey } from '../../shared/keys/signing-key.ts';
import type { Detail } from '../../shared/oauth/authorization-details.ts';
import { type ClaimsByScope, releasedClaims } from '../../shared/oauth/claims.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Account } from '../../shared/people/account.ts';
import { ok, type Result } from '../../shared/result.ts';
import { fitClaims } from '../../shared/tokens/fit-claims.ts';
import {
  type Bearer,
  detailsMember,
  mintAccessToken,
  mintIdToken,
  type RefreshLifetimes,
  scopeMember,
  type TokenResponse,
  tokenType,
} from '../../shared/tokens/mint.ts';
import type { TokenDeps } from './grant-flow.ts';

export type ResponseKeys = { accessTokenKey: SigningKey; idTokenKey: SigningKey };

/**
 * The keys a response will need. Loaded before anything is spent: a KMS that does not answer must not cost anybody a code.
 * Refuses a client whose ID tokens would need an algorithm that this server has no key of.
 */
export async function loadKeys(client: RegisteredClient, deps: TokenDeps): Promise<Result<ResponseKeys, Refusal>> {
  const accessTokenKey = await loadAccessTokenKey(client, deps);
  if (!accessTokenKey.ok) return accessTokenKey;
  const found = await idTokenKey(client.idTokenSignedResponseAlg, deps.defaultAlgorithm, deps.signingKey);
  return found.ok ? ok({ accessTokenKey: accessTokenKey.value, idTokenKey: found.value }) : found;
}

/** The key for access tokens: the server's, or under a profile that of the client's ID tokens, for FAPI 2.0 §5.4.1 holds for every JWT. */
export const loadAccessTokenKey = (
  client: RegisteredClient,
  { defaultAlgorithm, signingKey }: Pick<TokenDeps, 'defaultAlgorithm' | 'signingKey'>,
): Promise<Result<SigningKey, Refusal>> =>
  idTokenKey(isUnderProfile(client) ? client.idTokenSignedResponseAlg : undefined, defaultAlgorithm, signingKey);

/**
 * Whether making the tokens takes an answer of somebody else, which may not come: the operator's hook, or KMS. They are then made
 * before anything is spent, for one more read of the database.
 */
export const dependsOnOthers = (
  { accessTokenKey, idTokenKey }: ResponseKeys,
  { hooks }: Pick<TokenDeps, 'hooks'>,
): boolean => hooks.claims !== undefined || accessTokenKey.place === 'kms' || idTokenKey.place === 'kms';

/**
 * The tokens of a grant, but for the refresh token. `nonce` only at the first issue: on refresh an ID token has none (OpenID Connect
 * Core §12.2). The access token ends with the grant at the latest, `endsAt` in epoch seconds.
 */
export async function tokenResponse(
  grant: Grant,
  {
    client,
    person,
    scope,
    apis,
    nonce,
    endsAt = Number.POSITIVE_INFINITY,
    acting,
    details,
    jkt,
  }: {
    client: RegisteredClient;
    /** The claims of the account, where {@link tokensHaveClaims}. */
    person: Account['claims'];
    scope: readonly string[];
    apis: readonly RegisteredApi[];
    nonce?: string | undefined;
    endsAt?: number | undefined;
    /** Of a client that acts for the person, which gets no ID token. */
    acting?: Bearer['acting'];
    /** Authorization details for this token alone (RFC 9396 §7). */
    details?: readonly Detail[];
    /** The key that the access token is bound to. */
    jkt: string | undefined;
  },
  keys: ResponseKeys,
  deps: TokenDeps,
  now: number,
): Promise<Result<MadeTokens, Refusal>> {
  const registered = { apis: await deps.apis.list(), scopes: await deps.apis.scopes() };
  const found = targetOf(apis, scope, { ...deps, ...registered });
  if (!found.ok) return found;
  const target = { ...found.value, lifetime: Math.min(found.value.lifetime, endsAt - now) };
  const added = await deps.hooks.claims?.({ ...subjectOf(grant), scope: scope.join(' '), issue: 'tokens' });
  const byScope = claimsByScope(registered.scopes);
  const inAccessToken = target.hasClaims ? releasedClaims(person, { scope: target.scope, byScope }) : {};
  const inIdToken = fitClaims(claimsInIdToken(grant, client, person, { scope, byScope }), added?.id_token);
  const beside = detailsMember(details);
  const fitting = fitClaims(inAccessToken, { ...added?.access_token, ...beside });
  const bearer = {
    clientId: grant.clientId,
    sub: toldSubject(grant),
    grantId: withHome(deps.home, grant.id),
    authTime: grant.authTime,
    acr: grant.acr,
    details,
    acting: acting ?? (client.mayAct === undefined ? undefined : { may_act: { sub: client.mayAct } }),
    jkt,
    added: { ...fitting.claims, ...added?.access_token },
  };
  const accessToken = await mintAccessToken(bearer, target, deps.issuer, keys.accessTokenKey, now);
  const context = { nonce, accessToken, added: added?.id_token };
  const idToken =
    scope.includes('openid') && !acting
      ? await mintIdToken({ ...grant, idTokenClaims: inIdToken.claims }, context, deps, keys.idTokenKey, now)
      : undefined;
  const tokens: TokenResponse = {
    access_token: accessToken,
    token_type: tokenType(jkt),
    expires_in: target.lifetime,
    ...scopeMember(target.scope),
    ...beside,
    ...(idToken !== undefined && { id_token: idToken }),
  };
  return ok({ tokens, hasDroppedClaims: !fitting.isWhole || (idToken !== undefined && !inIdToken.isWhole) });
}

/** The tokens, and whether claims of the person were left out because they would have been too large. */
export type MadeTokens = { tokens: TokenResponse; hasDroppedClaims: boolean };

/**
 * The refresh token of a response, for how many seconds it is good if nobody uses it, and for how many the grant lasts whatever they do
 * (draft-ietf-oauth-refresh-token-expiration). Clients know the first of these by an older name, too.
 */
export const refreshMembers = (
  token: RefreshToken,
  { idleUntil, endsAt }: Pick<RefreshState, 'idleUntil' | 'endsAt'>,
  now: number,
): Pick<TokenResponse, 'refresh_token' | keyof RefreshLifetimes> => {
  const unused = Math.min(idleUntil, endsAt) - now;
  return {
    refresh_token: formatRefreshToken(token),
    refresh_token_expires_in: unused,
    refresh_token_timeout: unused,
    authorization_expires_in: endsAt - now,
  };
};

/**
 * The claims for an ID token: those of the scope for a client that wants them there (OpenID Connect Core §5.4), and those that it
 * asked for by name and still may.
 */
function claimsInIdToken(
  { idTokenClaims = {} }: Grant,
  client: RegisteredClient,
  person: Account['claims'],
  released: { scope: readonly string[]; byScope: ClaimsByScope },
): Record<string, unknown> {
  const byName = Object.entries(idTokenClaims).filter(([name]) => mayAskFor(client, name, released.byScope));
  return { ...(client.idTokenClaims && releasedClaims(person, released)), ...Object.fromEntries(byName) };
}

/** Whether tokens may have claims of the account, which then have to be read with it. */
export const tokensHaveClaims = ({ idTokenClaims }: RegisteredClient, apis: readonly RegisteredApi[]): boolean =>
  idTokenClaims === true || apis.some(({ accessTokenClaims }) => accessTokenClaims);

const subjectOf = ({ sub, clientId }: Grant) => ({ sub, client_id: clientId });
