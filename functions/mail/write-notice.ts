import { addressOf } from '../../shared/mail/address.ts';
import type { Noticed, OrderOf } from '../../shared/mail/order.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import { canBeKept } from '../../shared/people/invitation.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';
import { placeLink, type Written } from './written.ts';

/** Of these, a few in an hour say it all. Of all others, everybody is told every time. */
const isFrequent = (what: Noticed): boolean => what === 'newDevice';

/**
 * With an authenticator app of somebody else, no other link would lead its person back in: the link beside this notice removes it, with
 * all other ways to sign in.
 */
const removesEverything = (what: Noticed): boolean => what === 'authenticatorAdded';

/** The mail that tells somebody what was done in their account, with a link that takes it back. */
export async function writeNotice(order: OrderOf<'notice'>, deps: MailDeps): Promise<Written> {
  const { what, formerly, device, place } = order;
  const account = await deps.accounts.findBySubject(order.sub);
  const isDeleted = account?.disabledAt !== undefined;
  // Whoever has changed the address may have deleted the account at once: only that address is told, which can have it back.
  const told = isDeleted ? [formerly] : [account && addressOf(account), formerly];
  const to = [...new Set(told.filter((address) => address !== undefined))];
  const isTold = account && (!isDeleted || (formerly !== undefined && canBeKept(account, deps.now())));
  if (!isTold || (to.length === 0 && !deps.hook)) return refuse({ reason: 'mail_to_nobody' });
  const token = await placeNoticed(order, account, deps);
  if (!token.ok) return token;
  const look = deps.lookOf(order.language);
  const said = look.text(what);
  const letter = {
    subject: look.text('noticeSubject', { what: said }),
    above: [
      look.text('hello', { account: displayName(account) }),
      look.text('noticeText', { what: said }),
      ...(device === undefined ? [] : [look.text('noticeDevice', { device })]),
      ...(place === undefined ? [] : [look.text('noticePlace', { place })]),
      look.text('noticeTime', { time: look.time(order.at) }),
      look.text('noticeFine'),
      look.text('noticeNotYou'),
    ],
    button: {
      label: look.text('noticeButton'),
      url: `${deps.issuer}${endpoints.invitation}?token=${token.value}`,
    },
    below: [],
  };
  return ok({ account, to, letter });
}

/** The link beside a notice. That of a change of address is in a place of its own, where no later notice ends it. */
async function placeNoticed(
  order: OrderOf<'notice'>,
  account: Account,
  deps: MailDeps,
): Promise<Result<string, Refusal>> {
  const { what, formerly: email } = order;
  const restoring = email === undefined ? undefined : await placeLink(order, account, 'restoringLink', { email }, deps);
  if (restoring?.ok) return restoring;
  const more = { everything: removesEverything(what), email };
  return placeLink(order, account, 'alarmLink', more, deps, isFrequent(what) ? what : undefined);
}
