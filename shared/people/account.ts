import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { type Mistake, mistakesOf } from '../mistake.ts';
import { readClaims } from '../oauth/claim-types.ts';
import { ok, type Result, refuse } from '../result.ts';
import { composeName, judgeAddress, judgeName, prepareName } from './judge-name.ts';
import { unstorableClaims } from './storable-claim.ts';

/** A person who can sign in. Times are in epoch seconds. */
export type Account = {
  /** How clients know the person. Never changes and is never reused. */
  sub: string;
  /** As the person wrote it; {@link usernameKey} says how it is compared. Every account has a username or an email. */
  username?: string | undefined;
  /** An address to sign in with instead of the username. Equals the claim `email`. */
  email?: string | undefined;
  /** Absent when the person has not accepted the invitation yet, or signs in by other means. */
  passwordHash?: string | undefined;
  /** Claims about the person under their OpenID Connect names (§5.1). */
  claims: Readonly<Record<string, unknown>>;
  /** Since when the person can no longer sign in. */
  disabledAt?: number | undefined;
  createdAt?: number | undefined;
  /** The link that lets the person set a password; see invitation.ts. */
  invitation?: Invitation | undefined;
  /**
   * The one that they asked for by mail, the one beside a notice, the one that went to an address when another replaced it, and the
   * one that proves an address, which is worth nothing under another epoch; see mailed-link.ts. Two of them give an address back.
   */
  mailedLink?: MailedLink | undefined;
  alarmLink?: (MailedLink & { email?: string | undefined }) | undefined;
  restoringLink?: (MailedLink & { email: string }) | undefined;
  verification?: (MailedLink & { email: string; epoch: number }) | undefined;
  /** Set when an operator disabled it: then its person cannot enable it again. */
  disabledByOperator?: true | undefined;
  /** Their person has deleted it: when it is removed, and the link that keeps it until then. */
  removal?: { due: number; link: MailedLink } | undefined;
  /** Counts changes of names and claims, so that one of two concurrent changes is told to read again. */
  version: number;
  /** What was made in this name under another epoch is worth nothing; see still-valid.ts. */
  epoch: number;
  /** The same for what one client got; one that is not here is at 0. See `clientEpochOf`. */
  clientEpochs: Readonly<Record<string, number>>;
  /** What clients of a sector know the person by from another server; all others know them by what Pixy makes. */
  pairwiseSubjects?: Readonly<Record<string, string>> | undefined;
  /** Sessions that ended together with what they gave to clients, as `endedSession` writes them. */
  endedSessions: readonly string[];
  /** Counts removals of passkeys and links, so that of two at once one looks again; and the ids of those that are being removed. */
  removals: number;
  removedWays: readonly string[];
  /** Passkeys, links and authenticator apps of an earlier epoch are worth nothing; see still-valid.ts. */
  waysFrom: number;
  /** So are passkeys and links, of an epoch before `recentFrom`, that were made after `recentSince` (epoch seconds). */
  recentFrom?: number | undefined;
  recentSince?: number | undefined;
};

/** `invitation`: for the first password of a new account. `reset`: for a lost password. */
export const linkPurposes = ['invitation', 'reset'] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

/**
 * The only valid link, stored as the hash of its token. A spent one is kept, so that the page can say so. `everything`: spending it
 * also removes every other way to sign in.
 */
export type Invitation = Partial<Pick<MailedLink, 'salt' | 'by' | 'requestedAt'>> & {
  hash: string;
  purpose: LinkPurpose;
  expiresAt: number;
  everything?: boolean | undefined;
  spentAt?: number | undefined;
};

/**
 * A link that a mail leads to. `salt` and the number of the order make its secret, and `by` is the hash of that number: neither the
 * database nor the order alone knows the link. `requestedAt` decides between two of them.
 */
export type MailedLink = {
  hash: string;
  expiresAt: number;
  everything?: boolean | undefined;
  spentAt?: number | undefined;
  salt: string;
  by: string;
  requestedAt: number;
};

/** Returns the form in which usernames and addresses are compared, regardless of case and of how the keyboard composes letters. */
export const usernameKey = (username: string): string => username.trim().normalize('NFKC').toLowerCase();

/** RFC 5321 §4.5.3.1.3. Usernames are shorter. */
const longestName = 254;

/** Some characters expand to up to 18 when names are compared, and the key of an item is limited to 2 KB. */
export const canBeKey = (name: string): boolean =>
  name.length <= longestName && Buffer.byteLength(usernameKey(name)) <= 1_024;

/**
 * Returns the names that lead to an account: its username and its address, in the form in which they are compared. A name leads
 * to one account only.
 */
export const signInNames = ({ username, email }: Pick<Account, 'username' | 'email'>): string[] => [
  ...new Set([username, email].flatMap((name) => (name === undefined ? [] : [usernameKey(name)]))),
];

/** Returns the name that operators see. */
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

/** Checks the form only; whether anybody reads the address is not checked. */
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
 * An account as an operator describes it: `{ "username", "email", "password", "disabled", "claims" }`, with a username or an
 * email. A `sub` among the claims becomes the subject.
 */
export type AccountDescription = v.InferOutput<typeof description>;

/**
 * Parses an account description from parsed JSON. Returns the first mistake and its member; never throws. Names are judged as new
 * ones, except those of `before`: an account keeps the names that it has.
 */
export function parseAccountDescription(json: unknown, before: Names = {}): { account: AccountDescription } | Mistake {
  const checked = checkAccountDescription(json, before);
  return checked.ok ? { account: checked.value } : checked.refusal[0];
}

/** Like {@link parseAccountDescription}, but refuses with every mistake. Claims get the types of OpenID Connect. */
export function checkAccountDescription(
  json: unknown,
  before: Names = {},
): Result<AccountDescription, readonly [Mistake, ...Mistake[]]> {
  const parsed = v.safeParse(description, json);
  const told = claimsOf(json);
  const { claims: read, mistakes: untyped } = readClaims(told);
  const others = untyped.map(({ member, problem }) => ({ member: `claims.${member}`, problem }));
  if (!parsed.success)
    return refuseAll([...mistakesOf(json, parsed.issues, 'is not a member of an account'), ...others]);
  const { username, email } = parsed.output;
  const names = admitNames(parsed.output, before);
  const mistakes = [
    ...(username === undefined && email === undefined ? [nameless] : []),
    ...(names.ok ? [] : [names.refusal]),
    ...claimContradictions(told, email),
    ...unstorableClaims(told),
    ...others,
  ];
  if (!names.ok || mistakes.length > 0) return refuseAll(mistakes);
  return ok({ ...parsed.output, ...names.value, claims: read });
}

const nameless = { member: 'username', problem: 'is missing, and so is email' };

const refuseAll = ([first = nameless, ...more]: readonly Mistake[]) =>
  refuse<[Mistake, ...Mistake[]]>([first, ...more]);

/** Returns the claims of a description, none when they have another form. */
function claimsOf(json: unknown): Account['claims'] {
  const told = (json as { claims?: unknown } | null | undefined)?.claims;
  return typeof told === 'object' && told !== null && !Array.isArray(told) ? (told as Account['claims']) : {};
}

function* claimContradictions(told: Account['claims'], email: string | undefined): Generator<Mistake> {
  const { sub, email: claimed } = told;
  // At most 255 ASCII characters (OpenID Connect Core §2).
  if (sub !== undefined && sub !== null && !isSubject(sub)) {
    yield { member: 'claims.sub', problem: 'is not 1 to 255 visible ASCII characters' };
  }
  if (email !== undefined && claimed && claimed !== email) {
    yield { member: 'claims.email', problem: 'is another address than email' };
  }
}

type Names = Pick<Account, 'username' | 'email'>;

/**
 * Returns the names of an account as they are to be stored. Refuses the one that cannot be a new name, with its member. An account
 * keeps the names that it had `before`.
 */
export function admitNames({ username, email }: Names, before: Names = {}): Result<Names, Mistake> {
  const names: Names = {};
  if (username !== undefined) {
    const isKept = username === before.username;
    const problem = isKept ? undefined : judgeUsername(username);
    if (problem !== undefined) return refuse({ member: 'username', problem });
    names.username = isKept ? username : composeName(username);
  }
  if (email !== undefined) {
    const problem = email === before.email ? undefined : judgeAddress(email);
    if (problem !== undefined) return refuse({ member: 'email', problem });
    names.email = email;
  }
  return ok(names);
}

/** A few capital letters have no comparison form that equals the one of the small letter. */
function judgeUsername(username: string): string | undefined {
  const isOne = usernameKey(composeName(username)) === usernameKey(prepareName(username));
  return judgeName(username) ?? (isOne ? undefined : 'has a capital letter that has to be written small');
}

/**
 * Whether what was typed is the address or the username of the account. Some older usernames have another character that is
 * compared as an @: they are not found by the address that they look like.
 */
export const isNameOf = (typed: string, { username, email }: Names): boolean =>
  isAddressOf(typed, { email }) ||
  (username !== undefined &&
    usernameKey(username) === usernameKey(typed) &&
    (username.includes('@') || !typed.includes('@')));

export const isAddressOf = (typed: string, { email }: Pick<Account, 'email'>): boolean =>
  email !== undefined && usernameKey(email) === usernameKey(typed);

export const isSubject = (sub: unknown): sub is string => typeof sub === 'string' && /^[\x21-\x7e]{1,255}$/.test(sub);

/** Returns the subject of a new account: the `sub` among its claims, or a random one. */
export const newSubject = (claims: Account['claims']): string => (claims['sub'] as string | undefined) ?? randomUUID();

/**
 * Returns the claims of an account with this `email`. It counts as unverified unless the claims say that this very address is
 * verified.
 */
export function claimsWithEmail(claims: Account['claims'], email: string | undefined): Account['claims'] {
  if (email === undefined) return claims;
  const isSame = claims['email'] === undefined || claims['email'] === email;
  return { ...claims, email, email_verified: isSame && claims['email_verified'] === true };
}
