import { releasedClaims } from '../../shared/oauth/claims.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { AdmittedRequest } from './admit-request.ts';

/** Claims that were asked for by name: their values for the ID token now, their names for userinfo later. */
export async function requestedClaims(
  { claims: { userinfo, idToken } }: Pick<AdmittedRequest, 'claims'>,
  sub: string,
  deps: { accounts: Pick<StandingStore, 'findClaims'> },
) {
  const person = idToken.length > 0 ? await deps.accounts.findClaims(sub) : undefined;
  return {
    ...(userinfo.length > 0 && { userinfoClaims: userinfo }),
    ...(person && { idTokenClaims: releasedClaims(person, { names: idToken }) }),
  };
}
