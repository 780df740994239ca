import { equalInConstantTime, generateSecret, hashSecret } from '../secret.ts';
import type { Account, Invitation, LinkPurpose } from './account.ts';

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
    token: `${Buffer.from(sub).toString('base64url')}.${secret}`,
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

export type LinkState = 'valid' | 'used' | 'expired' | 'unknown';

/** Judges the link with this hash. A replaced link, or one of a disabled account, is unknown. */
export function judgeLink(account: Account | undefined, hash: string, now: number): LinkState {
  const { invitation, disabledAt } = account ?? {};
  if (!invitation || disabledAt !== undefined || !equalInConstantTime(invitation.hash, hash)) return 'unknown';
  if (invitation.spentAt !== undefined) return 'used';
  return now < invitation.expiresAt ? 'valid' : 'expired';
}
