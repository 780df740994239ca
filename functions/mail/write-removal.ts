import { addressOf } from '../../shared/mail/address.ts';
import type { OrderOf } from '../../shared/mail/order.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { displayName } from '../../shared/people/account.ts';
import { tokenFor } from '../../shared/people/mailed-link.ts';
import { ok, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';
import { languageFor, type Written } from './written.ts';

/**
 * The mail for somebody who deleted their account, with the link that keeps it, which the deletion has made. It also goes to an address
 * that can still have the account back: whoever replaced it may be the one who deleted.
 */
export async function writeRemoval(order: OrderOf<'removal'>, deps: MailDeps): Promise<Written> {
  const account = await deps.accounts.findBySubject(order.sub);
  const { removal, restoringLink: former } = account ?? {};
  const formerly = former && former.spentAt === undefined && deps.now() < former.expiresAt ? former.email : undefined;
  const to = [...new Set([account && addressOf(account), formerly].filter((address) => address !== undefined))];
  if (!account || !removal || (to.length === 0 && !deps.hook)) return refuse({ reason: 'mail_to_nobody' });
  const token = tokenFor(order, order.sub, removal.link);
  if (token === undefined || deps.now() >= removal.due) return refuse({ reason: 'mail_too_late' });
  const language = languageFor(order, account);
  const look = deps.lookOf(language);
  const letter = {
    subject: look.text('removalSubject'),
    above: [
      look.text('hello', { account: displayName(account) }),
      look.text('removalText', { time: look.time(removal.due) }),
    ],
    button: { label: look.text('removalButton'), url: `${deps.issuer}${endpoints.keepAccount}?token=${token}` },
    below: [look.text('removalNotYou')],
  };
  return ok({ account, to, letter, language });
}
