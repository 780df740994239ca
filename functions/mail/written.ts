import type { MailOrder } from '../../shared/mail/order.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Letter } from '../../shared/pages/mail/compose-mail.ts';
import type { Account, MailedLink } from '../../shared/people/account.ts';
import { type MailedPlace, mailedLifetimes, newMailedLink, tokenFor } from '../../shared/people/mailed-link.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';

/** A letter about an account, and where it goes: nowhere by mail, when only a hook can reach the person. */
export type Written = Result<{ account: Account; to: readonly string[]; letter: Letter }, Refusal>;

/**
 * Puts the link of an order in its place, unless this order has done so before, and returns its token. Refuses an order that is too
 * late: its link would be over, or there is the link of a later one.
 */
export async function placeLink<Place extends MailedPlace>(
  order: MailOrder,
  { sub }: Account,
  place: Place,
  more: Omit<NonNullable<Account[Place]>, Exclude<keyof MailedLink, 'everything'>>,
  { accounts, now }: MailDeps,
): Promise<Result<string, Refusal>> {
  if (now() >= order.at + mailedLifetimes[place]) return refuse({ reason: 'mail_too_late' });
  const link = { ...newMailedLink(order, place), ...more } as NonNullable<Account[Place]> & MailedLink;
  const account = (await accounts.placeLink(sub, place, link)) ?? (await accounts.findBySubject(sub));
  const token = tokenFor(order, sub, account?.[place]);
  return token === undefined ? refuse({ reason: 'mail_too_late' }) : ok(token);
}
