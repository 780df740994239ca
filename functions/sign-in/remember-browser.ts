import { readKnown, writeKnown } from '../../shared/http/known-cookie.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Account } from '../../shared/people/account.ts';
import { knownFor, type Proven, rememberBrowser } from '../../shared/people/known-browser.ts';

/**
 * The cookies that make this browser a known one of somebody who has signed in with their password, and with a code where they need
 * one.
 */
export function rememberIn(
  request: HttpRequest,
  account: Pick<Account, 'sub' | 'passwordHash'>,
  { issuer, now }: { issuer: string; now: () => number },
  proven: Proven = 'password',
): string[] {
  const passes = rememberBrowser(readKnown(request, issuer), account, now(), proven);
  return passes ? [writeKnown(issuer, passes, knownFor)] : [];
}
