import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import type { AuthorizationRequest } from '../../shared/oauth/authorization-request.ts';
import type { Session } from '../../shared/people/session-store.ts';
import { readIdTokenHint } from '../../shared/tokens/id-token-hint.ts';

/** What asks for a fresh sign-in although somebody is signed in (OpenID Connect Core §3.1.2.1): `prompt`, `max_age`, or a hint at somebody else. */
export async function needsSignIn(
  { prompt, maxAge, idTokenHint, claims }: Pick<AuthorizationRequest, 'prompt' | 'maxAge' | 'idTokenHint' | 'claims'>,
  session: Session,
  deps: { issuer: string; publishedKeys: () => Promise<JwkSet>; now: () => number },
): Promise<boolean> {
  if (prompt.includes('login') || prompt.includes('select_account')) return true;
  if (maxAge !== undefined && (maxAge === 0 || deps.now() - session.authTime > maxAge)) return true;
  if (claims.subject !== undefined && claims.subject !== session.sub) return true;
  if (idTokenHint === undefined) return false;
  const hinted = await readIdTokenHint(idTokenHint, deps.issuer, await deps.publishedKeys());
  return hinted !== undefined && hinted.sub !== session.sub;
}
