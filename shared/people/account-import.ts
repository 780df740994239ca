import { type PepperWay, readPepperMark, withPepper } from '../foreign-hashes/pepper.ts';
import { admitPasswordHash } from '../foreign-hashes/stored-password.ts';
import type { Mistake } from '../mistake.ts';
import { standardClaims } from '../oauth/claims.ts';
import { judgePlaceholder } from '../oauth/placeholder.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type AccountDescription, signInNames } from './account.ts';
import { checkGivenAccount } from './given-account.ts';
import {
  type AccountEntry,
  type EntryReader,
  isObject,
  type Json,
  labelOf,
  type MemberOptions,
} from './import/account-entry.ts';
import { clerkAccount, clerkNotes, columnsOfClerk } from './import/clerk.ts';
import { djangoAccount, djangoEntries, djangoNotes } from './import/django.ts';
import { type DjangoApps, djangoAppsReader } from './import/django-apps.ts';
import {
  byFirstCharacter,
  csvEntries,
  jsonEntries,
  jsonLineEntries,
  tableEntries,
  withoutMembers,
  withValues,
} from './import/entry-readers.ts';
import { type FirebaseParameters, firebaseAccount, firebaseEntries } from './import/firebase.ts';
import { type ForeignPairwise, foreignSubject } from './import/foreign-pairwise.ts';
import { fusionauthAccount, fusionauthEntries, fusionauthNotes } from './import/fusionauth.ts';
import { type GivenLink, readLinks } from './import/given-links.ts';
import { joinHash } from './import/hash-parts.ts';
import { keycloakEntries } from './import/keycloak-entries.ts';
import { kratosAccount } from './import/kratos.ts';
import { type LdifGroups, ldifAccount, ldifEntries, ldifGroupsReader, ldifNotes } from './import/ldif.ts';
import { describeLeft, type LeftBehind, memberAt, pathsLeft } from './import/left-behind.ts';
import { refusingOnePage } from './import/one-page.ts';
import {
  aspnetAccount,
  auth0Account,
  cognitoAccount,
  keycloakAccount,
  keycloakNotes,
  oktaAccount,
  oktaNotes,
  type TranslatedAccount,
  wordpressAccount,
  wordpressNotes,
} from './import/other-systems.ts';
import { readPairwise } from './import/pairwise-subjects.ts';
import { type SeenTexts, seenTexts } from './import/seen-texts.ts';
import { columnsOfSupabase, supabaseAccount, supabaseNotes, withMetadata } from './import/supabase.ts';
import { readTotpKey, type TotpKey, totpMembers } from './import/totp-key.ts';

export { djangoAppsReader } from './import/django-apps.ts';
export { parseFirebaseParameters } from './import/firebase.ts';
export { ldifGroupsReader } from './import/ldif.ts';

/*
 * Parses accounts from another server. Judges each entry on its own and writes nothing. Refusals name the member but never its
 * value, which may be a secret.
 */

export type GivenAccount = AccountDescription & {
  passwordHash?: string;
  totp?: TotpKey;
  links?: readonly GivenLink[];
  pairwiseSubjects?: Readonly<Record<string, string>>;
};
/** `leftBehind`: the paths of what the person comes without. */
export type ImportedAccount = { entry: string; account: GivenAccount; leftBehind: readonly string[] };
export type RefusedAccount = Mistake & { entry: string };
export type ParsedAccounts = { accounts: ImportedAccount[]; refused: RefusedAccount[] };

/** `pepper`: how a pepper went into the hashes of the file. */
export type AccountOptions = MemberOptions & {
  firebase?: FirebaseParameters | undefined;
  pepper?: PepperWay | undefined;
  /** How the other server made the pairwise subjects of the people in the file. */
  pairwise?: readonly ForeignPairwise[] | undefined;
  /** With the format `django`: the authenticator apps of the file, which are read before its people. */
  djangoApps?: DjangoApps | undefined;
  /** With the format `ldif`: the groups of the file, which are read before its people. */
  ldifGroups?: LdifGroups | undefined;
};

/**
 * How to read the accounts of one system: first the file's entries, then each as an account in our own form. `notes`: what to say of
 * data that stays behind, by its path.
 */
type AccountFormat = {
  entries(options: AccountOptions): EntryReader;
  translate?(value: Json, options: AccountOptions): TranslatedAccount;
  notes?: Readonly<Record<string, string>>;
};

/** A table, or a list of JSON that an object may have under one of `lists`. */
const tableOrJson = (columns: readonly string[], options: AccountOptions, ...lists: string[]): EntryReader =>
  byFirstCharacter((first) => {
    if (first === '[') return jsonEntries();
    return first === '{' ? jsonEntries(...lists) : tableEntries(columns, options);
  });

const formats = {
  json: { entries: () => jsonEntries() },
  csv: { entries: csvEntries },
  firebase: {
    entries: firebaseEntries,
    translate: firebaseAccount,
  },
  cognito: {
    entries: (options) =>
      refusingOnePage(tableOrJson(['cognito:username', 'cognito:mfa_enabled', 'sub'], options, 'Users')),
    translate: cognitoAccount,
  },
  auth0: {
    entries: () => refusingOnePage(auth0Entries()),
    translate: auth0Account,
  },
  keycloak: {
    entries: keycloakEntries,
    translate: keycloakAccount,
    notes: keycloakNotes,
  },
  okta: { entries: () => jsonEntries(), translate: oktaAccount, notes: oktaNotes },
  django: { entries: djangoEntries, translate: djangoAccount, notes: djangoNotes },
  kratos: { entries: () => jsonEntries(), translate: kratosAccount },
  wordpress: {
    entries: (options) => tableOrJson(columnsOfWordPress, options, 'wp_users'),
    translate: wordpressAccount,
    notes: wordpressNotes,
  },
  aspnet: {
    entries: (options) => tableOrJson(columnsOfAspNet, options, 'AspNetUsers'),
    translate: aspnetAccount,
  },
  ldif: { entries: ldifEntries, translate: ldifAccount, notes: ldifNotes },
  fusionauth: { entries: fusionauthEntries, translate: fusionauthAccount, notes: fusionauthNotes },
  clerk: {
    entries: (options) => tableOrJson(columnsOfClerk, options, 'data'),
    translate: clerkAccount,
    notes: clerkNotes,
  },
  supabase: {
    entries: (options) => withValues(tableOrJson(columnsOfSupabase, options, 'users'), withMetadata),
    translate: supabaseAccount,
    notes: supabaseNotes,
  },
} as const satisfies Record<string, AccountFormat>;

/** A list, an answer of the Management API with totals, or one user per line. */
function auth0Entries(): EntryReader {
  return byFirstCharacter((first, text) => {
    if (first === '[') return jsonEntries();
    return /^\s*\{\s*"(?:users|total|start|limit|length|next)"\s*:/.test(text)
      ? jsonEntries('users')
      : jsonLineEntries();
  });
}

const columnsOfWordPress = [
  'ID', 'user_login', 'user_pass', 'user_nicename', 'user_email', 'user_url', 'user_registered', 'user_activation_key',
  'user_status', 'display_name', 'first_name', 'last_name', 'roles',
]; // biome-ignore format: a list of names

const columnsOfAspNet = [
  'Id', 'UserName', 'NormalizedUserName', 'Email', 'NormalizedEmail', 'EmailConfirmed', 'PasswordHash', 'SecurityStamp',
  'ConcurrencyStamp', 'PhoneNumber', 'PhoneNumberConfirmed', 'TwoFactorEnabled', 'LockoutEnd', 'LockoutEnabled',
  'AccessFailedCount',
]; // biome-ignore format: a list of names

export type AccountFormatName = keyof typeof formats;
export const accountFormats = Object.keys(formats) as AccountFormatName[];

/** Names what people of a format come without. `counts`: how many, by path. */
export const describeLeftBehind = (name: AccountFormatName, counts: ReadonlyMap<string, number>): LeftBehind[] =>
  describeLeft(counts, (formats[name] as AccountFormat).notes ?? {});

/** Reads a file piece by piece. Refuses a file of another format with half a sentence that follows its name. */
export type AccountReader = {
  push(text: string): Result<ParsedAccounts, string>;
  end(): Result<ParsedAccounts, string>;
};

/** Reads the accounts of a file. Entries that cannot be imported are in `refused`, with every mistake. */
export function accountReader(name: AccountFormatName, options: AccountOptions = {}): AccountReader {
  const format: AccountFormat = formats[name];
  const entries = format.entries(options);
  const seen = seenTexts();

  const translate = (value: unknown): TranslatedAccount =>
    format.translate && isObject(value) ? format.translate(value, options) : { account: value, mistakes: [] };

  function judge({ label, value, mistakes = [] }: AccountEntry, parsed: ParsedAccounts): void {
    const { account, mistakes: own, left = {} } = translate(withoutMembers(value, options.skipMembers));
    const mapped = withMapped(account, value, format.translate ? options : { claimMap: options.claimMap });
    const json = withoutMembers(mapped, options.skipMembers);
    const strangers = format.translate ? strangeClaims(json, options) : [];
    const entry = labelOf(label, isObject(json) ? json : {});
    const read = checkEntry(json, options);
    const twice = read.ok ? firstTwice(keysOf(read.value), seen) : undefined;
    const problems = [
      ...mistakes,
      ...own,
      ...strangers,
      ...(read.ok ? [] : read.refusal),
      ...(read.ok ? repeated(read.value, twice) : []),
    ];
    parsed.refused.push(...problems.map((problem) => ({ entry, ...problem })));
    if (!read.ok || problems.length > 0) return;
    for (const each of keysOf(read.value)) seen.add(each);
    const given = withPairwise(marked(read.value, options), options);
    parsed.accounts.push({ entry, account: given, leftBehind: pathsLeft(left, options) });
  }

  function judgeAll(read: Result<AccountEntry[], string>): Result<ParsedAccounts, string> {
    if (!read.ok) return read;
    const parsed: ParsedAccounts = { accounts: [], refused: [] };
    for (const entry of read.value) judge(entry, parsed);
    return ok(parsed);
  }

  return { push: (text) => judgeAll(entries.push(text)), end: () => judgeAll(entries.end()) };
}

/** Claims of another system that are no standard ones, and that the operator has not named. */
function strangeClaims(json: unknown, { claimColumns = [], claimMap = {} }: AccountOptions): Mistake[] {
  const claims = isObject(json) && isObject(json['claims']) ? Object.keys(json['claims']) : [];
  const known = [...standardClaims, ...claimColumns, ...Object.keys(claimMap)];
  const strange = claims.filter((name) => !known.includes(name.split('#')[0] ?? '') && !known.includes(name));
  const problem = 'is no standard claim: let it become one with --claim-column, or leave it behind with --skip-members';
  return strange.map((member) => ({ member, problem }));
}

/** Adds the claims that the operator names, each from a member of the file. */
function withMapped(account: unknown, value: unknown, { claimColumns = [], claimMap = {} }: AccountOptions): unknown {
  if (!isObject(account)) return account;
  const own = isObject(account['claims']) ? account['claims'] : {};
  const columns = claimColumns.filter((name) => !Object.hasOwn(own, name)).map((name) => [name, name] as const);
  const mapped = [...columns, ...Object.entries(claimMap)].map(
    ([claim, path]) => [claim, memberAt(value, path)] as const,
  );
  // Some servers number people, and a subject is a text.
  const found = mapped
    .filter(([, member]) => member !== undefined && member !== null)
    .map(([claim, member]) => [claim, claim === 'sub' && Number.isSafeInteger(member) ? String(member) : member]);
  return found.length === 0 ? account : { ...account, claims: { ...own, ...Object.fromEntries(found) } };
}

/** Parses a whole text as {@link accountReader} does. */
export function parseAccounts(
  format: AccountFormatName,
  text: string,
  firebase?: FirebaseParameters,
  options: AccountOptions = {},
): Result<ParsedAccounts, string> {
  const apps = djangoAppsReader();
  const groups = ldifGroupsReader();
  if (format === 'django') apps.push(text);
  if (format === 'ldif') groups.push(text);
  const reader = accountReader(format, { ...options, firebase, djangoApps: apps.end(), ldifGroups: groups.end() });
  const first = reader.push(text);
  const last = first.ok ? reader.end() : first;
  if (!first.ok || !last.ok) return last;
  return ok({
    accounts: [...first.value.accounts, ...last.value.accounts],
    refused: [...first.value.refused, ...last.value.refused],
  });
}

/** What only one account can have: its names, its subject, its links and its pairwise subjects, which begin as no name does. */
const keysOf = (account: GivenAccount): string[] => {
  const sub = account.claims['sub'];
  const links = (account.links ?? []).map(({ issuer, subject }) => `${linkSign}${issuer} ${subject}`);
  const pairwise = Object.entries(account.pairwiseSubjects ?? {}).map((told) => `${pairwiseSign}${told.join(' ')}`);
  return [...signInNames(account), ...(typeof sub === 'string' ? [` ${sub}`] : []), ...links, ...pairwise];
};

/** The first key that another account has, or that this one has twice. */
const firstTwice = (keys: readonly string[], seen: SeenTexts): string | undefined =>
  keys.find((key, at) => seen.has(key) || keys.indexOf(key) !== at);

/** Subjects have no spaces. */
const linkSign = '  ';

/** A client would take two people for one. */
const pairwiseSign = '\n';

function repeated({ username }: GivenAccount, twice: string | undefined): Mistake[] {
  if (twice === undefined) return [];
  const signs = [
    [pairwiseSign, 'pairwise_subjects'],
    [linkSign, 'links'],
    [' ', 'claims.sub'],
  ] as const;
  const [, member] = signs.find(([sign]) => twice.startsWith(sign)) ?? [];
  const name = signInNames({ username }).includes(twice) ? 'username' : 'email';
  return [{ member: member ?? name, problem: 'is there twice' }];
}

/** Reads an entry in our own form: an account description, optionally with `password_hash`, an authenticator app and links. */
function checkEntry(json: unknown, { providers }: AccountOptions): Result<GivenAccount, readonly Mistake[]> {
  if (!isObject(json)) return refuse([{ member: 'entry', problem: 'is not an object' }]);
  if (!waysIn.some((name) => Object.hasOwn(json, name))) return checkPassword(json);
  const members = Object.entries(json);
  const isWayIn = ([name]: readonly [string, unknown]) => (waysIn as readonly string[]).includes(name);
  const totp = readTotpKey(json);
  const links = readLinks(json['links'], providers);
  const pairwise = readPairwise(json['pairwise_subjects']);
  const checked = checkPassword(Object.fromEntries(members.filter((member) => !isWayIn(member))));
  if (!checked.ok || !totp.ok || !links.ok || !pairwise.ok) {
    return refuse([checked, totp, links, pairwise].flatMap((read) => (read.ok ? [] : read.refusal)));
  }
  return ok({
    ...checked.value,
    ...(totp.value && { totp: totp.value }),
    ...(links.value.length > 0 && { links: links.value }),
    ...(pairwise.value && { pairwiseSubjects: pairwise.value }),
  });
}

/** Members about other ways to sign in than a password, and about what clients know the person by. */
const waysIn = [...totpMembers, 'links', 'pairwise_subjects'] as const;

/** Adds what clients of the other server know the person by, unless the file says it. */
function withPairwise(account: GivenAccount, { pairwise = [] }: AccountOptions): GivenAccount {
  const { sub } = account.claims;
  if (pairwise.length === 0 || typeof sub !== 'string') return account;
  const made = Object.fromEntries(pairwise.map((way) => [way.sector, foreignSubject(way, sub)]));
  return { ...account, pairwiseSubjects: { ...made, ...account.pairwiseSubjects } };
}

/** Hashes that say themselves how they have a pepper are left as they are. */
function marked(account: GivenAccount, { pepper }: AccountOptions): GivenAccount {
  const { passwordHash } = account;
  if (pepper === undefined || passwordHash === undefined || readPepperMark(passwordHash)) return account;
  return { ...account, passwordHash: withPepper(pepper, passwordHash) };
}

function checkPassword({ password_hash: given, ...described }: Json): Result<GivenAccount, readonly Mistake[]> {
  if (given === undefined || given === null || given === '') return checkGivenAccount(described);
  const { password, ...others } = described;
  const checked = checkGivenAccount(others);
  const hash = password === undefined ? readHash(given) : refuse(bothPasswords);
  if (checked.ok && hash.ok) return ok({ ...checked.value, passwordHash: hash.value });
  return refuse([...(checked.ok ? [] : checked.refusal), ...(hash.ok ? [] : [hash.refusal])]);
}

const bothPasswords = { member: 'password_hash', problem: 'is given, and so is password' };

function readHash(given: unknown): Result<string, Mistake> {
  const member = 'password_hash';
  if (typeof given !== 'string' && !isObject(given))
    return refuse({ member, problem: 'is neither a text nor an object' });
  const joined = typeof given === 'string' ? ok(given.trim()) : joinHash(given);
  if (!joined.ok) return joined;
  const admitted = admitPasswordHash(joined.value);
  return admitted.ok ? admitted : refuse({ member, problem: judgePlaceholder(joined.value) ?? admitted.refusal });
}
