import { equalInConstantTime, generateSecret, hashSecret } from '../secret.ts';
import type { Account, Invitation, LinkPurpose } from './account.ts';

/*
 * Links with which people set their own password. The token in a link names the account and has 256 random bits, of which the
 * account keeps the hash: looking at a link changes nothing, and setting the password spends it in the same write.
 */

/** Seconds: a week for somebody who does not expect it, a day for somebody who asked. */
export const linkLifetimes = { invitation: 604_800, reset: 86_400 } as const satisfies Record<LinkPurpose, number>;

/** A new link for an account; `lifetime` in seconds. The token is for the link alone. */
export function newLink(
  sub: string,
  purpose: LinkPurpose,
  now: number,
  lifetime: number = linkLifetimes[purpose],
): { token: string; invitation: Invitation } {
  const secret = generateSecret();
  return {
    token: `${Buffer.from(sub).toString('base64url')}.${secret}`,
    invitation: { hash: hashSecret(secret), purpose, expiresAt: now + lifetime },
  };
}

const shape = /^([\w-]{1,340})\.([\w-]{43})$/;

/** What a token says: an account, and the hash to look for there. Undefined for what is no token of ours. */
export function readLinkToken(token: string): { sub: string; hash: string } | undefined {
  const [, sub, secret] = shape.exec(token) ?? [];
  if (sub === undefined || secret === undefined) return undefined;
  return { sub: Buffer.from(sub, 'base64url').toString(), hash: hashSecret(secret) };
}

export type LinkState = 'valid' | 'used' | 'expired' | 'unknown';

/** What has become of the link with this hash. A link of a disabled account, and one that another took the place of, is unknown. */
export function judgeLink(account: Account | undefined, hash: string, now: number): LinkState {
  const { invitation, disabledAt } = account ?? {};
  if (!invitation || disabledAt !== undefined || !equalInConstantTime(invitation.hash, hash)) return 'unknown';
  if (invitation.spentAt !== undefined) return 'used';
  return now < invitation.expiresAt ? 'valid' : 'expired';
}
