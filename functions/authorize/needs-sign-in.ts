import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import { knownAcr, reachedAcr } from '../../shared/oauth/authentication-context.ts';
import type { AuthorizationRequest } from '../../shared/oauth/authorization-request.ts';
import type { Session } from '../../shared/people/session.ts';

/**
 * What asks for a fresh sign-in although somebody is signed in (OpenID Connect Core §3.1.2.1): `prompt`, `max_age`, a hint at
 * somebody else, or an authentication context class that the session does not reach.
 */
export async function needsSignIn(
  {
    prompt,
    maxAge,
    idTokenHint,
    claims,
    acrValues,
    pushedAt,
  }: Pick<AuthorizationRequest, 'prompt' | 'maxAge' | 'idTokenHint' | 'claims' | 'acrValues'> & {
    pushedAt?: number | undefined;
  },
  session: Session,
  /** What the client knows the person by. */
  told: string,
  deps: { issuer: string; publishedKeys: () => Promise<JwkSet>; now: () => number },
): Promise<boolean> {
  // Whoever signed in after the request was pushed did so for it, as far as it asks for a recent sign-in.
  const isRecent = pushedAt !== undefined && session.authTime >= pushedAt;
  if (prompt.includes('select_account') || (prompt.includes('login') && !isRecent)) return true;
  const isOld = maxAge !== undefined && (maxAge === 0 || deps.now() - session.authTime > maxAge);
  if (isOld && !isRecent) return true;
  if (claims.subjects?.includes(told) === false) return true;
  // A wish for a class is worth a question, but no refusal: with prompt=none the answer is the class there is.
  const wished = prompt.includes('none') ? [] : knownAcr(acrValues);
  if (wished.length > 0 && reachedAcr(session.amr, wished) === undefined) return true;
  if (idTokenHint === undefined) return false;
  const { readIdTokenHint } = await import('../../shared/tokens/id-token-hint.ts');
  const hinted = await readIdTokenHint(idTokenHint, deps.issuer, await deps.publishedKeys());
  return hinted !== undefined && hinted.sub !== told;
}

/** Whether a fresh sign-in is wanted from the person who is signed in, rather than a choice of somebody else. */
export const asksSamePerson = ({
  prompt,
  idTokenHint,
  claims,
}: Pick<AuthorizationRequest, 'prompt' | 'idTokenHint' | 'claims'>): boolean =>
  !prompt.includes('select_account') && idTokenHint === undefined && claims.subjects === undefined;

/** A class that is essential (§5.5.1.1): `possible` when a stronger sign-in would reach it, undefined when nothing is missing. */
export function missingAcr(
  { claims }: Pick<AuthorizationRequest, 'claims'>,
  session: Session,
): 'possible' | 'impossible' | undefined {
  const { acr } = claims;
  if (!acr?.essential || acr.values.length === 0 || reachedAcr(session.amr, acr.values) !== undefined) return undefined;
  return knownAcr(acr.values).length > 0 ? 'possible' : 'impossible';
}
