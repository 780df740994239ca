import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { goOnAt } from '../../shared/oauth/after-sign-in.ts';
import { afterSignIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters } from '../../shared/oauth/parameters.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import { clearWays } from '../account/clear-ways.ts';
import { beginSession } from '../sign-in/begin-session.ts';
import { setPending } from '../sign-in/pending-cookie.ts';
import { rememberIn } from '../sign-in/remember-browser.ts';
import type { Link } from './find-link.ts';
import type { Access } from './give-access.ts';
import type { InvitationDeps } from './invitation-deps.ts';

/**
 * Somebody new is signed in. So is somebody who lost their way in, and sees at once which ways into the account there are: one of
 * them may be somebody else's. Where they came from an app, they go on there. With an authenticator app, a code comes first, for a link
 * alone never gets past a second factor.
 */
export async function goOn(
  { purpose, everything, recentSince, needsCode, interrupted }: Link,
  { account, amr }: Access,
  request: HttpRequest,
  deps: InvitationDeps,
): Promise<Reply> {
  const isTold = purpose === 'reset' || (await hadAnotherWay(account, deps));
  // The write that spent the link has ended whatever was there before.
  await deps.sessions.clearAway(account);
  if (everything || recentSince !== undefined) await deps.tidyUp(() => clearWays(account, deps));
  if (isTold) {
    await deps.notify(request, account.sub, amr.includes('pwd') ? 'passwordChanged' : 'passkeyAdded');
  }
  if (needsCode && amr.includes('pwd')) return waitForCode(account, interrupted, deps);
  const session = await beginSession(request, { account, amr, keep: false }, deps);
  const cookies = [session, ...rememberIn(request, account, deps)];
  const next = afterSignIn(interrupted);
  if (next.values.size > 0) return seeOther(goOnAt(next), cookies);
  if (purpose === 'invitation') return seeOther(`${endpoints.invitation}?done=invitation`, cookies);
  return seeOther(endpoints.account, [...cookies, leaveNotice(deps.issuer, 'reset')]);
}

/**
 * Whether somebody without a password had a passkey or a link to a provider, and so is not new. The link is spent, so who cannot be looked
 * up goes on, and is told.
 */
async function hadAnotherWay({ sub, epoch }: Account, { passkeys, links, tidyUp }: InvitationDeps): Promise<boolean> {
  let hadOne = true;
  await tidyUp(async () => {
    const [made, linked] = await Promise.all([passkeys.list(sub), links.list(sub)]);
    hadOne = [...made, ...linked].some((way) => way.epoch < epoch);
  });
  return hadOne;
}

async function waitForCode(
  account: Account,
  interrupted: Parameters,
  { issuer, pendings, now }: InvitationDeps,
): Promise<Reply> {
  const isReset = interrupted.values.size === 0;
  const { sub, epoch } = account;
  const secret = await pendings.start({ sub, epoch, account: displayName(account), keep: false, isReset }, now());
  const query = isReset ? '' : `&${encodeParameters(interrupted)}`;
  return seeOther(`${endpoints.invitation}?done=reset${query}`, [setPending(issuer, secret)]);
}
