import { addressOf } from '../../shared/mail/address.ts';
import type { Noticed, OrderOf } from '../../shared/mail/order.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import { canBeKept } from '../../shared/people/invitation.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';
import { languageFor, placeLink, type Written } from './written.ts';

/** Of these, a few in an hour say it all. Of all others, everybody is told every time. */
const isFrequent = (what: Noticed): boolean => what === 'newDevice';

/**
 * With an authenticator app of somebody else, no other link would lead its person back in: the link beside this notice removes it, with
 * all other ways to sign in.
 */
const removesEverything = (what: Noticed): boolean => what === 'authenticatorAdded';

/**
 * Whoever reads the address that replaced another one has just confirmed it. A link there would be in the hands of whoever changed it,
 * and replace the one that its person has.
 */
const isOnlyTold = ({ what, formerly }: OrderOf<'notice'>): boolean =>
  what === 'addressChanged' && formerly === undefined;

/** The mail that tells somebody what was done in their account, with a link that takes it back. */
export async function writeNotice(order: OrderOf<'notice'>, deps: MailDeps): Promise<Written> {
  const { what, formerly, device, place } = order;
  const account = await deps.accounts.findBySubject(order.sub);
  const to = formerly ?? (account && addressOf(account));
  // Whoever has changed the address may have deleted the account at once: then the one of before can still have it back.
  const isTold = account?.disabledAt === undefined || (formerly !== undefined && canBeKept(account, deps.now()));
  if (!account || !isTold || (to === undefined && !deps.hook)) return refuse({ reason: 'mail_to_nobody' });
  const token = isOnlyTold(order) ? ok(undefined) : await placeNoticed(order, account, deps);
  if (!token.ok) return token;
  const language = languageFor(order, account);
  const look = deps.lookOf(language);
  const said = look.text(what);
  const buttonTo = (secret: string) => ({
    label: look.text('noticeButton'),
    url: `${deps.issuer}${endpoints.invitation}?token=${secret}`,
  });
  const letter = {
    subject: look.text('noticeSubject', { what: said }),
    above: [
      look.text('hello', { account: displayName(account) }),
      look.text('noticeText', { what: said }),
      ...(device === undefined ? [] : [look.text('noticeDevice', { device })]),
      ...(place === undefined ? [] : [look.text('noticePlace', { place })]),
      look.text('noticeTime', { time: look.time(order.at) }),
      look.text('noticeFine'),
      ...(token.value === undefined ? [] : [look.text('noticeNotYou')]),
    ],
    button: token.value === undefined ? undefined : buttonTo(token.value),
    below: [],
  };
  return ok({ account, to: to === undefined ? [] : [to], letter, language });
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
