import type { Answer } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import type { PendingStore } from '../../shared/people/totp-pending-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import { withQuery } from './go-on.ts';
import { setPending } from './pending-cookie.ts';

/**
 * After the right password, or a code by mail: for an account with an authenticator app, on to the page that asks for a code; nobody is signed in
 * by then. Undefined for an account without one.
 */
export async function askForCode(
  request: HttpRequest,
  account: Account,
  { keep, isByMail }: { keep: boolean; isByMail?: boolean },
  deps: { issuer: string; totps: Pick<TotpStore, 'look'>; pendings: Pick<PendingStore, 'start'>; now: () => number },
): Promise<Answer | undefined> {
  if ((await deps.totps.look(account)) === undefined) return undefined;
  const { sub, epoch } = account;
  const pending = { sub, epoch, account: displayName(account), keep, ...(isByMail && { isByMail }) };
  const secret = await deps.pendings.start(pending, deps.now());
  const cookie = setPending(deps.issuer, secret);
  return { reply: seeOther(withQuery(endpoints.signInCode, request), [cookie]), decision: { verdict: 'continued' } };
}
