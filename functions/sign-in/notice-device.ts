import { readKnown } from '../../shared/http/known-cookie.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Account } from '../../shared/people/account.ts';
import { recognizeBrowser } from '../../shared/people/known-browser.ts';
import type { NotifyPerson } from '../notify-person.ts';

/**
 * After a sign-in with a password: tells its person when it was in a browser that does not know them. Where passwords are elsewhere, no
 * browser ever does.
 */
export async function noticeDevice(
  request: HttpRequest,
  account: Pick<Account, 'sub' | 'passwordHash'>,
  { issuer, notify, now }: { issuer: string; notify: NotifyPerson; now: () => number },
): Promise<void> {
  if (account.passwordHash === undefined) return;
  if (recognizeBrowser(readKnown(request, issuer), account, now()) !== undefined) return;
  await notify(request, account.sub, 'newDevice');
}
