import { type Confirmation, type SignInNotice, takeNotice } from '../../shared/http/notice-cookie.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { knownAcr } from '../../shared/oauth/authentication-context.ts';
import { parseClaims } from '../../shared/oauth/claims.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Look } from '../../shared/pages/look.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import type { SignInPage } from '../../shared/pages/sign-in-page.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { offerPasskey } from '../passkey/offer-passkey.ts';

/** What the sign-in page offers besides the form for a password, and what the page before it has to say. */
export async function waysToSignIn(
  request: HttpRequest,
  interrupted: Parameters,
  { browser, look }: { browser: string; look: Look },
  deps: { issuer: string; hasPasswords: boolean; challenges: Pick<ChallengeStore, 'issue'>; now: () => number },
): Promise<
  Pick<SignInPage, 'passkey' | 'hasPasswords' | 'needsPasskey' | 'confirmation' | 'problem'> & { cookies: string[] }
> {
  const { signIn: notice, cookies } = takeNotice(request, deps.issuer);
  const needsPasskey = deps.hasPasswords && insistsOnPasskey(interrupted);
  return {
    passkey: await offerPasskey({ browser, rawQuery: request.rawQuery }, deps),
    hasPasswords: deps.hasPasswords && !needsPasskey,
    needsPasskey,
    ...(isConfirmation(notice) ? { confirmation: notice } : { problem: notice && problemOf({ reason: notice }, look) }),
    cookies,
  };
}

const isConfirmation = (notice: SignInNotice | undefined): notice is Confirmation =>
  notice === 'confirm' || notice === 'confirm_by_code';

/** OpenID Connect Core §5.5.1.1: with an essential class that only passkeys reach, a password would lead to a refusal. */
function insistsOnPasskey(interrupted: Parameters): boolean {
  const claims = parseClaims(single(interrupted, 'claims'));
  const acr = claims.ok ? claims.value.acr : undefined;
  const known = knownAcr(acr?.values ?? []);
  return Boolean(acr?.essential) && known.length > 0 && known.every((value) => value === 'phr');
}
