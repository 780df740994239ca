import { addressOf } from '../../shared/mail/address.ts';
import type { OrderOf } from '../../shared/mail/order.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { displayName } from '../../shared/people/account.ts';
import { mailedLifetimes } from '../../shared/people/mailed-link.ts';
import { ok, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';
import { placeLink, type Written } from './written.ts';

/** The mail for somebody whom an operator invites. Not for somebody who has a password by now: then it would be a reset. */
export async function writeInvitation(order: OrderOf<'invitation'>, deps: MailDeps): Promise<Written> {
  const account = await deps.accounts.findBySubject(order.sub);
  const to = account && addressOf(account);
  const isInvitable = account && account.disabledAt === undefined && account.passwordHash === undefined;
  if (!isInvitable || (to === undefined && !deps.hook)) return refuse({ reason: 'mail_to_nobody' });
  const token = await placeLink(order, account, 'invitation', { purpose: 'invitation' }, deps);
  if (!token.ok) return token;
  const look = deps.lookOf(order.language);
  const letter = {
    subject: look.text('invitationSubject'),
    above: [look.text('invitationText', { account: displayName(account) })],
    button: {
      label: look.text('invitationButton'),
      url: `${deps.issuer}${endpoints.invitation}?token=${token.value}`,
    },
    below: [look.text('invitationLimit', { time: look.time(order.at + mailedLifetimes.invitation) })],
  };
  return ok({ account, to: to === undefined ? [] : [to], letter });
}
