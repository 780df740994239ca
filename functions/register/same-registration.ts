import { formCookieOf } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { verifyPassword } from '../../shared/password.ts';
import { type Account, usernameKey } from '../../shared/people/account.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { generateSecret, hashSecret } from '../../shared/secret.ts';

/*
 * A registration can be sent again, by whoever was told to try again in a moment or got no answer: it finds the name that it
 * claimed, or the account that it made.
 */

/** Seconds within which an account is found again. */
const sameWithin = 300;

/** The subject for a registration: the same when this browser sends it again. Another one an hour later, because none is given twice. */
export function subjectFor(username: string, request: HttpRequest, issuer: string, now: number): string {
  const browser = formCookieOf(request, issuer) ?? generateSecret();
  return hashSecret(`registration\n${browser}\n${usernameKey(username)}\n${Math.floor(now / 3_600)}`);
}

/** The account that the same registration has just made: its subject tells the browser, and it has this password. */
export async function findJustMade(
  sub: string,
  password: string,
  accounts: Pick<AccountStore, 'findBySubject'>,
  now: number,
): Promise<Account | undefined> {
  const account = await accounts.findBySubject(sub);
  const { passwordHash, createdAt = 0, disabledAt } = account ?? {};
  if (passwordHash === undefined || disabledAt !== undefined || now - createdAt > sameWithin) return undefined;
  return (await verifyPassword(password, passwordHash)) ? account : undefined;
}
