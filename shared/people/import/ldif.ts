import { admitPasswordHash } from '../../foreign-hashes/stored-password.ts';
import { ok, type Result } from '../../result.ts';
import type { AccountEntry, EntryReader, Json, MemberOptions } from './account-entry.ts';
import { type LdifEntry, type LdifValue, ldifReader } from './ldif-reader.ts';
import { without } from './left-behind.ts';
import { accountOf, stays, type TranslatedAccount } from './other-systems.ts';
import { newPassword, refuseWeak } from './weak-hash.ts';

/*
 * People of an LDAP directory, as slapcat, ldapsearch, db2ldif and ldifde write them. Groups are entries of their own with the names
 * of their people, and are read first.
 */

/** The names of groups, by what an entry of a group may call a person: their dn, or their uid behind `uid `. */
export type LdifGroups = ReadonlyMap<string, readonly string[]>;

/** Reads the groups of a directory piece by piece. What is wrong with the file shows when its people are read. */
export function ldifGroupsReader(): { push(text: string): void; end(): LdifGroups } {
  const reader = ldifReader();
  const groups = new Map<string, string[]>();
  const take = (read: Result<LdifEntry[], string>): void => {
    for (const entry of read.ok ? read.value : []) {
      if (!isGroup(entry)) continue;
      const name = valuesOf(entry, 'cn')[0] ?? entry.dn;
      const dns = [...valuesOf(entry, 'member'), ...valuesOf(entry, 'uniqueMember')].map(dnKey);
      for (const key of [...dns, ...valuesOf(entry, 'memberUid').map(uidKey)]) {
        const own = groups.get(key);
        if (own) own.push(name);
        else groups.set(key, [name]);
      }
    }
  };
  return {
    push: (text) => take(reader.push(text)),
    end: () => {
      take(reader.end());
      return groups;
    },
  };
}

/** Directories compare names without case, and without the blanks around commas and equals signs. */
const dnKey = (dn: string): string =>
  `dn ${dn
    .toLowerCase()
    .split(/([,=])/)
    .map((part) => part.trim())
    .join('')}`;
const uidKey = (uid: string): string => `uid ${uid}`;

/** The texts among the values. */
function valuesOf({ attributes }: LdifEntry, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return [...attributes]
    .flatMap(([own, values]) => (own.toLowerCase() === wanted ? values : []))
    .filter((value) => typeof value === 'string');
}

const classesOf = (entry: LdifEntry): string[] => valuesOf(entry, 'objectClass').map((name) => name.toLowerCase());

const isGroup = (entry: LdifEntry): boolean =>
  classesOf(entry).some((name) =>
    /^(?:posixgroup|group|groupofnames|groupofuniquenames|groupofmembers|ipausergroup)$/.test(name),
  );

const personClasses = /^(?:.*person|posixaccount|account|user|simplesecurityobject)$/;

/** Machines are users to Active Directory. */
const isPerson = (entry: LdifEntry): boolean => {
  const classes = classesOf(entry);
  return !isGroup(entry) && !classes.includes('computer') && classes.some((name) => personClasses.test(name));
};

/** Reads the people of a directory, each with its groups as `groups`. */
export function ldifEntries({ ldifGroups = new Map() }: { ldifGroups?: LdifGroups | undefined }): EntryReader {
  const reader = ldifReader();
  const people = (read: Result<LdifEntry[], string>): Result<AccountEntry[], string> =>
    read.ok
      ? ok(
          read.value
            .filter(isPerson)
            .map((entry) => ({ label: `line ${entry.line}`, value: personOf(entry, ldifGroups) })),
        )
      : read;
  return { push: (text) => people(reader.push(text)), end: () => people(reader.end()) };
}

/** An attribute with one value is that value. Bytes are base64, except where that would become somebody's password. */
function personOf(entry: LdifEntry, groups: LdifGroups): Json {
  const memberOf = (name: string) => (value: LdifValue) =>
    typeof value === 'string' || name.toLowerCase() === 'userpassword' ? value : value.toString('base64');
  const members = [...entry.attributes].map(([name, values]) => {
    const written = values.map(memberOf(name));
    return [name, written.length === 1 ? written[0] : written];
  });
  const keys = [dnKey(entry.dn), ...valuesOf(entry, 'uid').map(uidKey)];
  const own = [...new Set(keys.flatMap((key) => groups.get(key) ?? []))].toSorted();
  return { ...Object.fromEntries(members), dn: entry.dn, ...(own.length > 0 && { groups: own }) };
}

/** A person of a directory. What directories know of addresses says nothing about whether they were verified. */
export function ldifAccount(json: Json, { skipMembers = [] }: MemberOptions = {}): TranslatedAccount {
  const names = new Map(Object.keys(json).map((name) => [name.toLowerCase(), name]));
  const allOf = (...wanted: string[]): unknown[] =>
    wanted.flatMap((name) => {
      const value = json[names.get(name.toLowerCase()) ?? ''];
      return value === undefined ? [] : value;
    });
  const email = allOf('mail', 'rfc822Mailbox')[0];
  const given = allOf('userPassword');
  const hashes = given.filter((value) => typeof value === 'string');
  const password = readPassword(hashes, skipMembers);
  const isOfBytes = given.length > 0 && hashes.length === 0;
  const control = Number(allOf('userAccountControl')[0] ?? 0);
  const isDisabled =
    (control & 2) !== 0 ||
    disablers.some((name) => String(allOf(name)[0]).toLowerCase() === 'true') ||
    String(allOf('pwdAccountLockedTime')[0]).startsWith(forEver);
  const mustChange =
    String(allOf('pwdReset')[0]).toUpperCase() === 'TRUE' && password.members['password_hash'] !== undefined;
  return {
    account: accountOf(
      {
        username: allOf('uid', 'sAMAccountName', 'userid', 'userPrincipalName')[0],
        email,
        disabled: isDisabled ? true : undefined,
        ...password.members,
      },
      {
        name: allOf('displayName', 'cn', 'commonName')[0],
        given_name: allOf('givenName', 'gn')[0],
        family_name: allOf('sn', 'surname')[0],
        phone_number: allOf('mobile', 'telephoneNumber')[0],
        locale: allOf('preferredLanguage')[0],
        ...(email !== undefined && { email, email_verified: false }),
      },
    ),
    left: {
      ...without(
        json,
        [...names].flatMap(([plain, name]) => (ldifRead.has(plain) ? [name] : [])),
      ),
      ...(allOf('pwdAccountLockedTime').length > 0 && !isDisabled && { pwdAccountLockedTime: true }),
      ...password.left,
    },
    mistakes: [
      ...password.mistakes,
      ...(isOfBytes ? [stays(names.get('userpassword') ?? 'userPassword', 'bytes that are no text')] : []),
      ...(mustChange ? [stays(names.get('pwdreset') ?? 'pwdReset', 'a password that has to be changed')] : []),
    ],
  };
}

/** Who is disabled in 389 and FreeIPA, in directories of ForgeRock, Ping and Oracle, in eDirectory, and in that of IBM. */
const disablers = ['nsAccountLock', 'ds-pwp-account-disabled', 'loginDisabled', 'ibm-pwdAccountLocked'];

/** What OpenLDAP writes where an administrator has locked somebody. */
const forEver = '000001010000Z';

/** The first hash that is verified here; of a directory that has only others, what becomes of its person. */
function readPassword(
  hashes: readonly string[],
  skipMembers: readonly string[],
): Pick<TranslatedAccount, 'mistakes'> & { members: Json; left: Json } {
  const none = { members: {}, mistakes: [], left: {} };
  const readable = hashes.find((hash) => admitPasswordHash(hash).ok);
  const [hash = ''] = hashes;
  if (readable !== undefined) return { ...none, members: { password_hash: readable } };
  if (hash === '') return none;
  const [, scheme = '', rest = ''] = /^\{([A-Za-z][\w-]*)\}(.*)$/s.exec(hash) ?? [];
  if (scheme === '' && !hash.startsWith('$')) return { ...none, members: { password: hash } };
  // Locked: no password has this hash.
  if (scheme.toUpperCase() === 'CRYPT' && /^[!*x]*$/.test(rest)) return none;
  if (scheme.toUpperCase() === 'SASL') return { ...none, left: { userPassword: { SASL: true } } };
  const isStrong =
    /^\$(?:[567]|2[abxy]?|y|gy|argon2|pbkdf2|scrypt)/.test(rest) || /^(?:PBKDF2|ARGON2|BCRYPT)/i.test(scheme);
  if (isStrong) return { ...none, members: { password_hash: hash } }; // refused with the reason
  return { ...none, ...refuseWeak('userPassword', scheme, skipMembers) };
}

/** Attributes that are read, and those about the entry, in lower case. */
const ldifRead: ReadonlySet<string> = new Set([
  'dn',
  'uid',
  'userid',
  'samaccountname',
  'userprincipalname',
  'mail',
  'rfc822mailbox',
  'userpassword',
  'displayname',
  'cn',
  'commonname',
  'givenname',
  'gn',
  'sn',
  'surname',
  'mobile',
  'telephonenumber',
  'preferredlanguage',
  'objectclass',
  ...disablers.map((name) => name.toLowerCase()),
  'useraccountcontrol',
  'pwdaccountlockedtime',
  'pwdreset',
  'structuralobjectclass',
  'entrycsn',
  'entrydn',
  'creatorsname',
  'modifiersname',
  'modifytimestamp',
  'subschemasubentry',
  'hassubordinates',
  'pwdchangedtime',
  'pwdfailuretime',
  'pwdhistory',
  'pwdlastset',
  'lastlogon',
  'lastlogontimestamp',
  'badpwdcount',
  'logoncount',
  'objectcategory',
  'instancetype',
  'usncreated',
  'usnchanged',
  'dscorepropagationdata',
  'whenchanged',
  'codepage',
  'countrycode',
  'distinguishedname',
  'name',
]);

export const ldifNotes = {
  userPassword: newPassword,
  memberOf: 'becomes a claim with --claim-column groups=memberOf, as whole names',
  entryUUID: 'people get a new id: keep this one with --claim-column sub=entryUUID',
  nsUniqueId: 'people get a new id: keep this one with --claim-column sub=nsUniqueId',
  pwdAccountLockedTime: 'who was locked out for a time can sign in',
  lockoutTime: 'who was locked out for a time can sign in',
  accountExpires: 'the account does not end here',
  shadowExpire: 'the account does not end here',
  krbPrincipalExpiration: 'the account does not end here',
  createTimestamp: 'the account begins with its import',
  whenCreated: 'the account begins with its import',
} as const;
