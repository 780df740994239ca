import { withManagementApi } from '../../shared/apis/management-api.ts';
import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import type { RegisteredScope } from '../../shared/apis/registered-scope.ts';
import { findApis, meantApis, targetOf } from '../../shared/apis/token-target.ts';
import { whatWasDropped } from '../../shared/audit/decision.ts';
import type { AuthenticatedClient } from '../../shared/clients/client-authentication.ts';
import { isPublic } from '../../shared/clients/registered-client.ts';
import { multiple, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { grantScope, isOpenidScope, wasNarrowed } from '../../shared/oauth/scope.ts';
import { type Result, refuse } from '../../shared/result.ts';
import { mintAccessToken, scopeMember, tokenType } from '../../shared/tokens/mint.ts';
import type { FlowOutcome, TokenDeps } from './grant-flow.ts';
import { loadAccessTokenKey } from './token-response.ts';

/**
 * RFC 6749 §4.4: a token for the client itself, its `sub` the client id (RFC 9068 §2.2). No refresh token (§4.4.3), no person, no ID token.
 * Many libraries send no `resource` with it, so that the registration of the client may say which API it is for.
 */
export async function clientCredentials(
  form: Parameters,
  client: AuthenticatedClient,
  deps: TokenDeps,
  jkt: string | undefined,
): Promise<FlowOutcome> {
  const now = deps.now();
  const { clientId } = client;
  const note = { client: clientId };
  const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

  if (isPublic(client)) return refused({ reason: 'grant_type_not_registered' });
  const [registeredApis, scopes] = [withManagementApi(await deps.apis.list(), deps.issuer), await deps.apis.scopes()];
  const requested = single(form, 'scope');
  const scope = grantOwnScope(requested, client.scope, (value) => isAboutPeople(value, registeredApis, scopes));
  if (!scope.ok) return refused(scope.refusal);
  const named = findApis(multiple(form, 'resource'), registeredApis);
  if (!named.ok) return refused(named.refusal);
  const apis = named.value.length > 0 ? named.value : meantApis(scope.value, client, registeredApis);

  const found = targetOf(apis, scope.value, { ...deps, apis: registeredApis, scopes });
  if (!found.ok) return refused(found.refusal);
  const target = found.value;
  const key = await loadAccessTokenKey(client, deps);
  if (!key.ok) return refused(key.refusal);
  const accessToken = await mintAccessToken({ clientId, sub: clientId, jkt }, target, deps.issuer, key.value, now);
  return {
    ok: true,
    tokens: {
      access_token: accessToken,
      token_type: tokenType(jkt),
      expires_in: target.lifetime,
      ...scopeMember(target.scope),
    },
    note: { ...note, dropped: whatWasDropped(wasNarrowed(requested, scope.value)) },
  };
}

/** The scope of a token for the client itself. If nothing is left of what was asked for and some of it is about people, the refusal says so, because registering that would not help. */
export function grantOwnScope(
  requested: string | undefined,
  registeredScope: readonly string[],
  isPersonal: (value: string) => boolean,
): Result<string[], Refusal> {
  const scope = grantScope(
    requested,
    registeredScope.filter((value) => !isPersonal(value)),
  );
  const isNothingLeft = !scope.ok && scope.refusal.reason === 'scope_not_registered';
  return isNothingLeft && requested?.split(' ').some(isPersonal) ? refuse({ reason: 'scope_about_people' }) : scope;
}

/** What a scope value brings that is no API's are claims of a person, and there is none. */
export const isAboutPeople = (
  value: string,
  apis: readonly RegisteredApi[],
  scopes: readonly RegisteredScope[],
): boolean =>
  isOpenidScope(value) ||
  (scopes.some((registered) => registered.value === value) && !apis.some(({ scope }) => scope.includes(value)));
