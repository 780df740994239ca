import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { type Mistake, mistakesOf } from '../mistake.ts';

/** Somebody who can sign in. Times are epoch seconds. */
export type Account = {
  /** Never changes and is never reused: what clients know the person by. */
  sub: string;
  /** As the person wrote it; see {@link usernameKey} for how it is compared. At least one of username and email is there. */
  username?: string | undefined;
  /** An address that the person can sign in with instead. The claim `email` is the same. */
  email?: string | undefined;
  /** Absent for somebody who was invited and has not come yet, or who signs in by other means. */
  passwordHash?: string | undefined;
  /** Claims about the person under their OpenID Connect names (§5.1). */
  claims: Readonly<Record<string, unknown>>;
  /** Since when the person cannot sign in any more. */
  disabledAt?: number | undefined;
  createdAt?: number | undefined;
  /** The link that lets the person set a password; see invitation.ts. */
  invitation?: Invitation | undefined;
  /** Counts changes of names and claims, so that of two changes at once one is told to look again. */
  version: number;
  /** What was made in this name under another epoch is worth nothing; see still-valid.ts. */
  epoch: number;
  /** The same for what one client got; one that is not here is at 0. See `clientEpochOf`. */
  clientEpochs: Readonly<Record<string, number>>;
  /** Sessions that ended together with what they gave to clients, as `endedSession` writes them. */
  endedSessions: readonly string[];
};

/** `invitation`: the first password of a new account. `reset`: another one for somebody who lost theirs. */
export const linkPurposes = ['invitation', 'reset'] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

/** The one link that is valid; of its token only the hash is kept. A spent one is remembered, so that the page can say so. */
export type Invitation = { hash: string; purpose: LinkPurpose; expiresAt: number; spentAt?: number | undefined };

/** Usernames are the same whatever the case or the way the keyboard composes letters. Addresses are compared in the same way. */
export const usernameKey = (username: string): string => username.trim().normalize('NFKC').toLowerCase();

/** RFC 5321 §4.5.3.1.3; a username is shorter. */
const longestName = 254;

/** Some characters become up to 18 when names are compared, and the key of an item has 2 KB. */
export const canBeKey = (name: string): boolean =>
  name.length <= longestName && Buffer.byteLength(usernameKey(name)) <= 1_024;

/** What an account is found by: its username and its address, as they are compared. One name leads to one account. */
export const signInNames = ({ username, email }: Pick<Account, 'username' | 'email'>): string[] => [
  ...new Set([username, email].flatMap((name) => (name === undefined ? [] : [usernameKey(name)]))),
];

/** What a person is called where operators see it. */
export const displayName = ({ username, email, sub }: Pick<Account, 'username' | 'email' | 'sub'>): string =>
  username ?? email ?? sub;

const text = () => v.string('is missing or not a text');

const username = v.pipe(
  text(),
  v.trim(),
  v.minLength(1, 'is empty'),
  v.maxLength(200, 'is longer than 200 characters'),
  v.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'has a character that cannot be seen'),
  v.check(canBeKey, 'is too long when it is compared'),
);

/** Whether somebody reads it is not for us to find out. */
export const emailSchema = v.pipe(
  text(),
  v.trim(),
  v.maxLength(longestName, 'is longer than 254 characters'),
  v.regex(/^[^\s@\p{Cc}\p{Cf}]{1,64}@[^\s@.\p{Cc}\p{Cf}]+(?:\.[^\s@.\p{Cc}\p{Cf}]+)+$/u, 'is not an email address'),
  v.check(canBeKey, 'is too long when it is compared'),
);

const password = v.pipe(text(), v.minLength(1, 'is empty'), v.maxLength(1_024, 'is longer than 1,024 characters'));

const claims = v.pipe(
  v.custom<Record<string, unknown>>((value) => !Array.isArray(value), 'is not an object'),
  v.record(v.string(), v.unknown(), 'is not an object'),
);

const description = v.strictObject({
  username: v.optional(username),
  email: v.optional(emailSchema),
  password: v.optional(password),
  disabled: v.optional(v.boolean('is not true or false')),
  claims: v.optional(claims, {}),
});

/**
 * An account as an operator writes it down: `{ "username", "email", "password", "disabled", "claims" }`, of which a username
 * or an email is needed. A `sub` among the claims becomes the subject.
 */
export type AccountDescription = v.InferOutput<typeof description>;

/** Takes parsed JSON; throws nothing, returns the first mistake with the member it is in. */
export function parseAccountDescription(json: unknown): { account: AccountDescription } | Mistake {
  const parsed = v.safeParse(description, json);
  const [mistake] = mistakesOf(json, parsed.issues, 'is not a member of an account');
  if (mistake || !parsed.success) return mistake ?? { member: 'entry', problem: 'is not an object' };
  const { username: name, email, claims: told } = parsed.output;
  if (name === undefined && email === undefined) return { member: 'username', problem: 'is missing, and so is email' };
  const sub = told['sub'];
  // OpenID Connect Core §2: at most 255 ASCII characters.
  if (sub !== undefined && !isSubject(sub)) {
    return { member: 'claims.sub', problem: 'is not 1 to 255 visible ASCII characters' };
  }
  const claimed = told['email'];
  if (email !== undefined && claimed !== undefined && claimed !== email) {
    return { member: 'claims.email', problem: 'is another address than email' };
  }
  return { account: parsed.output };
}

export const isSubject = (sub: unknown): sub is string => typeof sub === 'string' && /^[\x21-\x7e]{1,255}$/.test(sub);

/** The subject of a new account: the one it was described with, else a random one. */
export const newSubject = (claims: Account['claims']): string => (claims['sub'] as string | undefined) ?? randomUUID();

/** The claims of an account with this address: `email` is the address, unverified unless somebody said so of this very one. */
export function claimsWithEmail(claims: Account['claims'], email: string | undefined): Account['claims'] {
  if (email === undefined) return claims;
  const isSame = claims['email'] === undefined || claims['email'] === email;
  return { ...claims, email, email_verified: isSame && claims['email_verified'] === true };
}
