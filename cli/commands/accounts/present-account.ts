import { usualSpelling } from '../../../shared/foreign-hashes/other-spellings.ts';
import { readPepperMark } from '../../../shared/foreign-hashes/pepper.ts';
import { isOwnHash } from '../../../shared/password.ts';
import { type Account, displayName } from '../../../shared/people/account.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import { pairs, shown } from '../../output.ts';

/** Names the format of the password hash. `argon2id` is ours; the others were imported and change at the next sign-in. */
export function passwordScheme({ passwordHash }: Account): string | undefined {
  if (passwordHash === undefined) return undefined;
  if (isOwnHash(passwordHash)) return 'argon2id';
  const mark = readPepperMark(passwordHash);
  return mark ? `${schemeOf(mark.hash)}, imported with a pepper` : `${schemeOf(passwordHash)}, imported`;
}

function schemeOf(written: string): string {
  const passwordHash = usualSpelling(written);
  const known = otherSchemes.find(({ is }) => is.test(passwordHash))?.name;
  const [, name = 'unknown'] = /^\$?([a-z0-9-]+?)(?:[-_:]\w+)?[$:]/.exec(passwordHash) ?? [];
  return known ?? name;
}

/** Schemes whose hashes do not begin with their name. */
const otherSchemes = [
  { is: /^(?:\{\w+\}|bcrypt\$)?\$2[aby]\$/i, name: 'bcrypt' },
  { is: /^\$[56]\$/, name: 'SHA-crypt' },
  { is: /^\$(?:[PH]|wp)\$/, name: 'WordPress' },
  { is: /^A[A-Q][A-Za-z0-9+/]{50}/, name: 'ASP.NET Identity' },
];

export const stateOf = (account: Account, now: number): string => {
  if (account.disabledAt !== undefined) return 'disabled';
  const { invitation } = account;
  if (account.passwordHash !== undefined || invitation?.spentAt !== undefined) return '';
  if (invitation === undefined) return 'without password';
  return invitation.expiresAt > now ? 'invited' : 'invitation expired';
};

/** The account as JSON. Contains neither a hash nor the link. */
export const describeAccount = (account: Account) => ({
  sub: account.sub,
  ...(account.username !== undefined && { username: account.username }),
  ...(account.email !== undefined && { email: account.email }),
  claims: account.claims,
  disabled: account.disabledAt !== undefined,
  ...(account.disabledAt !== undefined && { disabled_at: formatTime(account.disabledAt) }),
  password: passwordScheme(account) ?? null,
  ...(account.invitation && { invitation: describeInvitation(account.invitation) }),
  ...(account.createdAt !== undefined && { created_at: formatTime(account.createdAt) }),
  version: account.version,
});

const describeInvitation = ({ purpose, expiresAt, everything, spentAt }: NonNullable<Account['invitation']>) => ({
  purpose,
  expires_at: formatTime(expiresAt),
  ...(everything && { everything }),
  ...(spentAt !== undefined && { used_at: formatTime(spentAt) }),
});

export function accountText(account: Account, now: number): string {
  const { invitation } = account;
  return pairs([
    ['sub', account.sub],
    ['username', account.username],
    ['email', account.email],
    ...Object.entries(account.claims)
      .filter(([name]) => name !== 'sub')
      .map(([name, value]) => [`claim ${name}`, shown(value)] as const),
    ['password', passwordScheme(account) ?? 'none'],
    ['link', invitation && linkText(invitation, now)],
    ['disabled', account.disabledAt === undefined ? undefined : `since ${briefTime(account.disabledAt)}`],
    ['created', account.createdAt === undefined ? undefined : briefTime(account.createdAt)],
    ['version', String(account.version)],
  ]);
}

function linkText(
  { purpose, expiresAt, everything, spentAt }: NonNullable<Account['invitation']>,
  now: number,
): string {
  const kind = everything ? `${purpose} of everything` : purpose;
  if (spentAt !== undefined) return `${kind}, used ${briefTime(spentAt)}`;
  return `${kind}, ${expiresAt > now ? 'until' : 'expired'} ${briefTime(expiresAt)}`;
}

export const named = (account: Pick<Account, 'username' | 'email' | 'sub'>): string =>
  `account ${displayName(account)}`;
