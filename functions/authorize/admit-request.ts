import { ignoredScope } from '../../shared/apis/grantable-scope.ts';
import { type Dropped, whatWasDropped } from '../../shared/audit/decision.ts';
import { mayAskFor, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Detail } from '../../shared/oauth/authorization-details.ts';
import { type AuthorizationRequest, parseAuthorizationRequest } from '../../shared/oauth/authorization-request.ts';
import type { ClaimsByScope, RequestedClaims } from '../../shared/oauth/claims.ts';
import type { Parameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { grantScope, wasNarrowed } from '../../shared/oauth/scope.ts';
import { type AdmittedChallenge, admitChallenge } from '../../shared/pkce/code-challenge.ts';
import type { PkceRules } from '../../shared/pkce/policy.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** An authorization request that may be granted once somebody is signed in. */
export type AdmittedRequest = Omit<AuthorizationRequest, 'scope'> &
  AdmittedChallenge & {
    scope: string[];
    /** Claims by name that no granted scope value stands for. */
    claimsByName: string[];
    /** Authorization details (RFC 9396), judged; see admit-with-details.ts. */
    details?: readonly Detail[];
    dropped: Dropped | undefined;
  };

/**
 * Everything about the request that does not depend on the person. Refusals go back to the client by redirect. `byScope`: the claims
 * that every scope value brings. `grantable`: the scope that the request may get.
 */
export function admitRequest(
  parameters: Parameters,
  client: RegisteredClient,
  rules: PkceRules,
  byScope: ClaimsByScope,
  grantable: readonly string[],
): Result<AdmittedRequest, Refusal> {
  if (!client.grantTypes.includes('authorization_code')) return refuse({ reason: 'grant_type_not_registered' });
  const request = parseAuthorizationRequest(parameters);
  if (!request.ok) return request;
  if (!(client.responseTypes ?? ['code']).includes(request.value.responseType)) {
    return refuse({ reason: 'response_type_not_registered' });
  }
  const challenge = admitChallenge(request.value, rules);
  if (!challenge.ok) return challenge;
  const scope = grantScope(request.value.scope, grantable, ignoredScope(client));
  if (!scope.ok) return scope;
  // Core §3.1.2.1: there is no ID token without it, and the person was not asked for one.
  if (request.value.responseType === 'code id_token' && !scope.value.includes('openid')) {
    return refuse({ reason: 'openid_required' });
  }
  const claims = permitted(request.value.claims, client, byScope);
  return ok({
    ...request.value,
    ...challenge.value,
    scope: scope.value,
    claims,
    claimsByName: namesBeyond(scope.value, claims, byScope),
    dropped: whatWasDropped(
      wasNarrowed(request.value.scope, scope.value),
      countNames(claims) < countNames(request.value.claims),
    ),
  });
}

function namesBeyond(
  scope: readonly string[],
  { userinfo, idToken }: RequestedClaims,
  byScope: ClaimsByScope,
): string[] {
  const brought = new Set(scope.flatMap((value) => byScope.get(value) ?? []));
  return [...new Set([...userinfo, ...idToken])].filter((name) => !brought.has(name));
}

const countNames = ({ userinfo, idToken }: RequestedClaims): number => userinfo.length + idToken.length;

/** Claims that the client may not ask for are left out, as those that there are not (OpenID Connect Core §5.5.1). */
function permitted(claims: RequestedClaims, client: RegisteredClient, byScope: ClaimsByScope): RequestedClaims {
  const ofClient = (names: readonly string[]) => names.filter((name) => mayAskFor(client, name, byScope));
  return { ...claims, userinfo: ofClient(claims.userinfo), idToken: ofClient(claims.idToken) };
}
