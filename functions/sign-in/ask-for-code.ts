import type { Answer } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { PendingSignIn, PendingStore } from '../../shared/people/totp-pending-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import { withQuery } from './go-on.ts';
import { setPending } from './pending-cookie.ts';

/**
 * After the right password: for an account with an authenticator app, on to the page that asks for a code; nobody is signed in
 * by then. Undefined for an account without one.
 */
export async function askForCode(
  request: HttpRequest,
  pending: PendingSignIn,
  deps: { issuer: string; totps: Pick<TotpStore, 'look'>; pendings: Pick<PendingStore, 'start'>; now: () => number },
): Promise<Answer | undefined> {
  if ((await deps.totps.look(pending.sub)) === undefined) return undefined;
  const secret = await deps.pendings.start(pending, deps.now());
  const cookie = setPending(deps.issuer, secret);
  return { reply: seeOther(withQuery(endpoints.signInCode, request), [cookie]), decision: { verdict: 'continued' } };
}
