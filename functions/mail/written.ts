import { spokenBy } from '../../shared/mail/address.ts';
import type { MailOrder } from '../../shared/mail/order.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Letter } from '../../shared/pages/mail/compose-mail.ts';
import { hasMailTexts } from '../../shared/pages/mail/mail-look.ts';
import type { Account, MailedLink } from '../../shared/people/account.ts';
import { type MailedPlace, mailedLifetimes, newMailedLink, tokenFor } from '../../shared/people/mailed-link.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';

/**
 * A letter about an account, and where it goes: nowhere by mail, when only a hook can reach the person. `language`: of the letter, if it is
 * not that of the order.
 */
export type Written = Result<
  { account: Account; to: readonly string[]; letter: Letter; language?: string | undefined },
  Refusal
>;

/** The language of a letter about what somebody did who may not be the person of the account: the person's, where it is known. */
export function languageFor({ language }: MailOrder, account: Account): string {
  const spoken = spokenBy(account);
  return hasMailTexts(spoken) ? spoken : language;
}

/**
 * Puts the link of an order in its place, unless this order has done so before, and returns its token. Refuses an order that is too
 * late: its link would be over, or another one stays in its place. With `counted`, a kind of mail, also one too many to this account;
 * an order that is carried out again, because nobody took its mail, counts once.
 */
export async function placeLink<Place extends MailedPlace>(
  order: MailOrder,
  account: Account,
  place: Place,
  more: Omit<NonNullable<Account[Place]>, Exclude<keyof MailedLink, 'everything'>>,
  deps: MailDeps,
  counted?: string,
): Promise<Result<string, Refusal>> {
  const { sub } = account;
  const { accounts, now } = deps;
  if (now() >= order.at + mailedLifetimes[place]) return refuse({ reason: 'mail_too_late' });
  const placed = tokenFor(order, sub, account[place]);
  if (placed !== undefined) return ok(placed);
  if (counted !== undefined) {
    if (order.at < (account[place]?.requestedAt ?? 0)) return refuse({ reason: 'mail_too_late' });
    const admitted = await countMail(counted, sub, deps);
    if (!admitted.ok) return admitted;
  }
  const link = { ...newMailedLink(order, place), ...more } as NonNullable<Account[Place]> & MailedLink;
  const after = (await accounts.placeLink(account, place, link)) ?? (await accounts.findBySubject(sub));
  // Whoever took it back may have taken the address back, too: the next attempt writes to the one of then.
  if (after && after.epoch !== account.epoch) throw new Error('the account was taken back meanwhile');
  const token = tokenFor(order, sub, after?.[place]);
  return token === undefined ? refuse({ reason: 'mail_too_late' }) : ok(token);
}

/** Counts a mail of a kind to an account. Refuses one too many. */
export async function countMail(
  kind: string,
  sub: string,
  { throttle, now }: MailDeps,
): Promise<Result<undefined, Refusal>> {
  const { retryAfter } = await throttle.countMail(kind, sub, now());
  return retryAfter === undefined ? ok(undefined) : refuse({ reason: 'mail_throttled', retryAfter });
}
