import { type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { beginSession } from '../sign-in/begin-session.ts';
import type { Link } from './find-link.ts';
import type { Access } from './give-access.ts';
import type { InvitationDeps } from './invitation-deps.ts';

/**
 * Somebody new is signed in. Somebody who lost their way in is signed out everywhere; with a new password they sign in again,
 * with a second factor if they have one.
 */
export async function goOn(
  { purpose }: Link,
  { account, amr }: Access,
  request: HttpRequest,
  deps: InvitationDeps,
): Promise<Reply> {
  // The write that spent the link has ended whatever was there before.
  await deps.sessions.clearAway(account);
  if (purpose === 'reset' && amr.includes('pwd')) return seeOther(`${endpoints.invitation}?done=reset`);
  const cookie = await beginSession(request, { account, amr, keep: false }, deps);
  return seeOther(`${endpoints.invitation}?done=invitation`, [cookie]);
}
