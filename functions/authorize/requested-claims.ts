import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { claimsOfScope, releasedClaims, standardClaims } from '../../shared/oauth/claims.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { AdmittedRequest } from './admit-request.ts';

/**
 * Claims that were asked for by name: their values for the ID token now, their names for userinfo later. A standard claim takes
 * a client that is registered for a scope value with it.
 */
export async function requestedClaims(
  { claims }: AdmittedRequest,
  client: RegisteredClient,
  sub: string,
  deps: { accounts: Pick<StandingStore, 'findClaims'> },
) {
  const registered = new Set(client.scope.flatMap(claimsOfScope));
  const isReleased = (name: string) => registered.has(name) || !standardClaims.includes(name);
  const userinfo = claims.userinfo.filter(isReleased);
  const idToken = claims.idToken.filter(isReleased);
  const person = idToken.length > 0 ? await deps.accounts.findClaims(sub) : undefined;
  return {
    ...(userinfo.length > 0 && { userinfoClaims: userinfo }),
    ...(person && { idTokenClaims: releasedClaims(person, [], idToken) }),
  };
}
