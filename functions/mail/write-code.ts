import { addressOf } from '../../shared/mail/address.ts';
import type { OrderOf } from '../../shared/mail/order.ts';
import { mailCodes } from '../../shared/people/mail-code.ts';
import { ok, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';
import { countMail, type Written } from './written.ts';

/** The mail with a code to sign in with. The code comes with the order: without the browser that asked, it is worth nothing. */
export async function writeCode(order: OrderOf<'code'>, deps: MailDeps): Promise<Written> {
  const until = order.at + mailCodes.lifetime;
  if (deps.now() >= until) return refuse({ reason: 'mail_too_late' });
  const account = await deps.accounts.findByUsername(order.name);
  const to = account && addressOf(account);
  if (!account || account.disabledAt !== undefined || (to === undefined && !deps.hook)) {
    return refuse({ reason: 'mail_to_nobody' });
  }
  const isRepeated = await deps.codes.isKept(order.key);
  const counted = isRepeated ? ok(undefined) : await countMail('code', account.sub, deps);
  if (!counted.ok) return counted;
  if (!isRepeated) await deps.codes.keep(order.key, order.hash, account, until);
  const look = deps.lookOf(order.language);
  const letter = {
    subject: look.text('codeSubject'),
    above: [look.text('codeText', { place: order.place ?? '?' })],
    code: order.code,
    below: [look.text('codeLimit'), look.text('codeNotYou')],
  };
  return ok({ account, to: to === undefined ? [] : [to], letter });
}
