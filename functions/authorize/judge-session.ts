import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Session } from '../../shared/people/session.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { AdmittedRequest } from './admit-request.ts';
import type { AuthorizeDeps } from './authorize-deps.ts';
import { missingAcr, needsSignIn } from './needs-sign-in.ts';

/**
 * Is the session good enough for this request? Answers with the session, or `undefined` when the person has to sign in (again).
 * Refuses with `login_required` or `acr_unmet` when asking would not help: nobody may be asked, or they just were.
 */
export async function judgeSession(
  admitted: AdmittedRequest & { pushedAt: number | undefined },
  session: Session | undefined,
  /** What the client knows the person by, if not by the account's subject. */
  subject: string | undefined,
  deps: Pick<AuthorizeDeps, 'issuer' | 'publishedKeys' | 'now'>,
): Promise<Result<Session | undefined, Refusal>> {
  const missing = session && missingAcr(admitted, session);
  if (missing === 'impossible') return refuse({ reason: 'acr_unmet' });
  if (session && !missing && !(await needsSignIn(admitted, session, subject ?? session.sub, deps))) return ok(session);
  const isFinal = admitted.prompt.includes('none') || (admitted.wasSignedIn && session !== undefined);
  return isFinal ? refuse({ reason: missing ? 'acr_unmet' : 'login_required' }) : ok(undefined);
}
