import { createHmac } from 'node:crypto';
import { generateSecret, hashSecret } from '../secret.ts';
import type { MailedLink } from './account.ts';
import { linkLifetimes, linkToken } from './invitation.ts';

/*
 * Links that a mail leads to. An order for a mail may be carried out more than once, and every time the mail has to have the same link.
 * So the secret of a link follows from two things: the number of the order, of which the account stores only the hash, and a salt,
 * which only the account has.
 */

/** Seconds: for an invitation, for a lost password, beside a notice, at an address that was replaced, for proving an address. */
export const mailedLifetimes = {
  invitation: linkLifetimes.invitation,
  mailedLink: 1_800,
  alarmLink: 86_400,
  restoringLink: 86_400,
  verification: 86_400,
} as const;

/** Where a mailed link is in its account. */
export type MailedPlace = keyof typeof mailedLifetimes;

/** An order for a mail: its random number (43 characters), and the epoch second in which somebody caused it. */
export type Order = { id: string; at: number };

const secretOf = ({ id }: Order, salt: string): string => createHmac('sha256', id).update(salt).digest('base64url');

/** Makes the link for an order, and for nobody else. */
export const newMailedLink = (order: Order, place: MailedPlace): MailedLink =>
  newMailedLinkUntil(order, order.at + mailedLifetimes[place]);

/** The same with an end of its own (epoch seconds). */
export function newMailedLinkUntil(order: Order, expiresAt: number): MailedLink {
  const salt = generateSecret();
  return { hash: hashSecret(secretOf(order, salt)), salt, by: hashSecret(order.id), requestedAt: order.at, expiresAt };
}

/** The token of the link that an order has made; undefined for the link of another order. Only its mail may have it. */
export const tokenFor = (order: Order, sub: string, link: Partial<Pick<MailedLink, 'salt' | 'by'>> | undefined) =>
  link?.salt !== undefined && link.by === hashSecret(order.id) ? linkToken(sub, secretOf(order, link.salt)) : undefined;
