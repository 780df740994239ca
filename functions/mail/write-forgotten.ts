import { addressOf } from '../../shared/mail/address.ts';
import type { OrderOf } from '../../shared/mail/order.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { displayName } from '../../shared/people/account.ts';
import { ok, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';
import { placeLink, type Written } from './written.ts';

/** The mail for somebody who lost their password. Most names that are asked for have no account: that is no fault. */
export async function writeForgotten(order: OrderOf<'forgotten'>, deps: MailDeps): Promise<Written> {
  const account = await deps.accounts.findByUsername(order.name);
  const to = account && addressOf(account);
  if (!account || account.disabledAt !== undefined || (to === undefined && !deps.hook)) {
    return refuse({ reason: 'mail_to_nobody' });
  }
  const token = await placeLink(order, account, 'mailedLink', {}, deps, 'forgotten');
  if (!token.ok) return token;
  const look = deps.lookOf(order.language);
  const query = order.query === '' ? '' : `&${order.query}`;
  const letter = {
    subject: look.text('forgottenSubject'),
    above: [
      look.text('hello', { account: displayName(account) }),
      look.text('forgottenText', { place: order.place ?? '?' }),
    ],
    button: {
      label: look.text('forgottenButton'),
      url: `${deps.issuer}${endpoints.invitation}?token=${token.value}${query}`,
    },
    below: [look.text('forgottenLimit'), look.text('forgottenNotYou')],
  };
  return ok({ account, to: to === undefined ? [] : [to], letter });
}
