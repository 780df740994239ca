import type { OrderOf } from '../../shared/mail/order.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { ok, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';
import { placeLink, type Written } from './written.ts';

/**
 * The mail that asks whether an address is somebody's. It says nothing that its person chose: it may go to a stranger, who is to read
 * nothing from them in our name.
 */
export async function writeVerify(order: OrderOf<'verify'>, deps: MailDeps): Promise<Written> {
  const { email, sub, epoch } = order;
  const { accounts } = deps;
  const account = await (sub === undefined ? accounts.findByUsername(email) : accounts.findBySubject(sub));
  if (!account || account.disabledAt !== undefined) return refuse({ reason: 'mail_to_nobody' });
  // Somebody took the account back meanwhile: whoever asked for this may not be its person.
  if (sub !== undefined && epoch !== account.epoch) return refuse({ reason: 'mail_too_late' });
  const token = await placeLink(order, account, 'verification', { email, epoch: account.epoch }, deps, 'verify');
  if (!token.ok) return token;
  const look = deps.lookOf(order.language);
  const letter = {
    subject: look.text('verifySubject'),
    above: [look.text('verifyText', { address: email })],
    button: {
      label: look.text('verifyButton'),
      url: `${deps.issuer}${endpoints.verifyAddress}?token=${token.value}`,
    },
    below: [look.text('verifyLimit'), look.text('verifyNotYou')],
  };
  return ok({ account, to: [email], letter });
}
