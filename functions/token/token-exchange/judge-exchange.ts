import type { RegisteredApi } from '../../../shared/apis/registered-api.ts';
import { findApis } from '../../../shared/apis/token-target.ts';
import type { Detail } from '../../../shared/oauth/authorization-details.ts';
import { canonical } from '../../../shared/oauth/parse-details.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../../shared/result.ts';
import { type AccessTokenClaims, type Actor, actorsOf } from '../../../shared/tokens/access-token.ts';
import type { ExchangeRequest } from './parse-exchange.ts';

/** A token for somebody who acts for somebody who acts … has so many actors at most. */
const mostActors = 5;

/**
 * RFC 8693 §4.1: the client acts, and who acted before stands inside. One that exchanges its own token for less does not act twice.
 * Refuses another client than the one that `may_act` names (§4.4).
 */
export function judgeActor(claims: AccessTokenClaims, clientId: string): Result<Actor, Refusal> {
  const { act, may_act: mayAct } = claims;
  if (mayAct && mayAct.sub !== clientId) return refuse({ reason: 'actor_not_allowed' });
  const acting = act?.sub === clientId ? act : { sub: clientId, ...(act && { act }) };
  return actorsOf({ act: acting }).length > mostActors ? refuse({ reason: 'actor_not_allowed' }) : ok(acting);
}

/** The APIs of the new token: those of the subject token, or those of them that the request names. None: the default audience. */
export function judgeTarget(
  { aud }: AccessTokenClaims,
  resources: readonly string[],
  { apis, audience }: { apis: readonly RegisteredApi[]; audience: string },
): Result<RegisteredApi[], Refusal> {
  const held = [aud].flat();
  const ofToken = held.flatMap((one) => apis.filter(({ resource }) => resource === one));
  if (ofToken.length === 0 && !held.includes(audience)) return refuse({ reason: 'resource_unknown' });
  const named = findApis(resources, apis);
  if (!named.ok || named.value.length === 0) return named.ok ? ok(ofToken) : named;
  return named.value.every((api) => ofToken.includes(api)) ? named : refuse({ reason: 'resource_not_granted' });
}

/** The scope of the new token: what is asked for of the subject token's, as far as the client is registered for it. */
export function judgeScope(
  claims: AccessTokenClaims,
  { scope: requested }: Pick<ExchangeRequest, 'scope'>,
  registered: readonly string[],
): Result<{ scope: string[]; isNarrowed: boolean }, Refusal> {
  const held = claims.scope?.split(' ') ?? [];
  const wanted = requested ?? held;
  if (!wanted.every((value) => held.includes(value))) return refuse({ reason: 'scope_wider_than_granted' });
  const scope = wanted.filter((value) => registered.includes(value) && value !== 'offline_access');
  if (wanted.length > 0 && scope.length === 0) return refuse({ reason: 'scope_not_registered' });
  return ok({ scope, isNarrowed: scope.length < wanted.length });
}

/** The authorization details of the new token: those of the subject token, or those of them that the request names (RFC 9396 §6). */
export function judgeDetails(
  { authorization_details: granted = [] }: AccessTokenClaims,
  { details: requested }: Pick<ExchangeRequest, 'details'>,
): Result<readonly Detail[], Refusal> {
  const held = granted.map(canonical);
  const isWider = requested?.some((detail) => !held.includes(detail));
  return isWider ? refuse({ reason: 'authorization_details_not_granted' }) : ok(requested ?? held);
}
