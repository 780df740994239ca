import { type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { AuthenticationMethod } from '../../shared/oauth/authentication-context.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { beginSession } from '../sign-in/begin-session.ts';
import type { Link } from './find-link.ts';
import type { InvitationDeps } from './invitation-deps.ts';

/**
 * Somebody new is signed in. Somebody who lost their way in is signed out everywhere; with a new password they sign in again,
 * with a second factor if they have one.
 */
export async function goOn(
  { account: { sub }, purpose }: Link,
  amr: readonly AuthenticationMethod[],
  request: HttpRequest,
  deps: InvitationDeps,
): Promise<Reply> {
  if (purpose === 'reset') await deps.sessions.endAllBut(sub, undefined, deps.now());
  if (purpose === 'reset' && amr.includes('pwd')) return seeOther(`${endpoints.invitation}?done=reset`);
  const cookie = await beginSession(request, { sub, amr, keep: false }, deps);
  return seeOther(`${endpoints.invitation}?done=invitation`, [cookie]);
}
