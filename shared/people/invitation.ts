import { equalInConstantTime, generateSecret, hashSecret } from '../secret.ts';
import type { Account, Invitation, LinkPurpose, MailedLink } from './account.ts';

/*
 * Links with which people set their own password. The token in a link names the account and carries 256 random bits, of which the
 * account stores the hash. Opening a link changes nothing; setting the password spends it in the same write.
 */

/** Seconds: a week for an unexpected link, a day for a requested one. */
export const linkLifetimes = { invitation: 604_800, reset: 86_400 } as const satisfies Record<LinkPurpose, number>;

/**
 * Makes a link for an account. `lifetime` is in seconds. `everything`: spending it also removes every other way to sign in. The token
 * must appear only in the link.
 */
export function newLink(
  sub: string,
  purpose: LinkPurpose,
  now: number,
  lifetime: number = linkLifetimes[purpose],
  everything = false,
): { token: string; invitation: Invitation } {
  const secret = generateSecret();
  return {
    token: linkToken(sub, secret),
    invitation: { hash: hashSecret(secret), purpose, expiresAt: now + lifetime, ...(everything && { everything }) },
  };
}

const shape = /^([\w-]{1,340})\.([\w-]{43})$/;

/** Reads a token into its account and the hash to look for there. Returns undefined for anything that is not one of our tokens. */
export function readLinkToken(token: string): { sub: string; hash: string } | undefined {
  const [, sub, secret] = shape.exec(token) ?? [];
  if (sub === undefined || secret === undefined) return undefined;
  return { sub: Buffer.from(sub, 'base64url').toString(), hash: hashSecret(secret) };
}

/** Where a link is in its account: given out by an operator, mailed to somebody who asked for it, beside a notice, or at an address that was replaced. */
export const linkPlaces = ['invitation', 'mailedLink', 'alarmLink', 'restoringLink'] as const;
export type LinkPlace = (typeof linkPlaces)[number];

/** The token of a link, which only the link itself has. */
export const linkToken = (sub: string, secret: string): string => `${Buffer.from(sub).toString('base64url')}.${secret}`;

/** The link with this hash in an account, and where it is. Undefined when there is none. */
export function findLinkIn(
  account: Account | undefined,
  hash: string,
): { place: LinkPlace; link: Invitation | MailedLink; purpose: LinkPurpose } | undefined {
  for (const place of linkPlaces) {
    const link = account?.[place];
    if (link && equalInConstantTime(link.hash, hash)) {
      return { place, link, purpose: 'purpose' in link ? link.purpose : 'reset' };
    }
  }
  return undefined;
}

export type LinkState = 'valid' | 'used' | 'expired' | 'unknown';

type Deleted = Pick<Account, 'removal' | 'disabledByOperator'>;

/** Whether an account that was deleted by its person can be had back: not once it is due, or an operator has disabled it. */
export const canBeKept = ({ removal, disabledByOperator }: Deleted, now: number): boolean =>
  removal !== undefined && now < removal.due && disabledByOperator === undefined;

/**
 * Judges a link of an account. A replaced link, or one of a disabled account, is unknown. The one at an address that was replaced also
 * takes back that the account was deleted.
 */
export function judgeLink(
  account: (Pick<Account, 'disabledAt'> & Deleted) | undefined,
  link: Pick<Invitation, 'spentAt' | 'expiresAt'> | undefined,
  now: number,
  place?: LinkPlace,
): LinkState {
  if (!account || !link) return 'unknown';
  const isTakenBack = place === 'restoringLink' && canBeKept(account, now);
  if (account.disabledAt !== undefined && !isTakenBack) return 'unknown';
  if (link.spentAt !== undefined) return 'used';
  return now < link.expiresAt ? 'valid' : 'expired';
}
