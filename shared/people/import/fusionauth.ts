import { type EntryReader, isObject, type Json, type MemberOptions } from './account-entry.ts';
import { byFirstCharacter, jsonEntries, withValues } from './entry-readers.ts';
import { decodeBytes } from './hash-parts.ts';
import { without } from './left-behind.ts';
import { accountOf, stays, type TranslatedAccount } from './other-systems.ts';
import { toBase32 } from './totp-key.ts';
import { newPassword, refuseWeak } from './weak-hash.ts';

const listIn = (json: Json, name: string): Json[] => (Array.isArray(json[name]) ? json[name].filter(isObject) : []);

/** Reads the requests of FusionAuth's user import, answers of its user search, or a list of users. Roles are put by application. */
export const fusionauthEntries = (): EntryReader =>
  withValues(
    byFirstCharacter((first) => (first === '[' ? jsonEntries() : jsonEntries('users'))),
    withRoles,
  );

/** A registration is that of a person with an application, whose id is its client id. */
function withRoles({ registrations, ...user }: Json): Json {
  const roles = listIn({ registrations }, 'registrations').filter(
    ({ roles: own }) => Array.isArray(own) && own.length > 0,
  );
  if (roles.length === 0) return user;
  return { ...user, roles: Object.fromEntries(roles.map((each) => [String(each['applicationId']), each['roles']])) };
}

/** A user of FusionAuth. Only files for its import have hashes, which its database has in the same form. */
export function fusionauthAccount(json: Json, { skipMembers = [] }: MemberOptions = {}): TranslatedAccount {
  const { id, username, email, active, verified, mobilePhone, phoneNumber, preferredLanguages } = json;
  const password = readPassword(json, skipMembers);
  const methods = isObject(json['twoFactor']) ? listIn(json['twoFactor'], 'methods') : [];
  const [app, ...more] = methods.filter(({ method }) => method === 'authenticator');
  const number = phoneNumber ?? mobilePhone;
  return {
    account: accountOf(
      {
        username,
        email,
        disabled: active === false ? true : undefined,
        ...password.members,
        ...(app && totpOf(app)),
      },
      {
        sub: id,
        name: json['fullName'],
        given_name: json['firstName'],
        middle_name: json['middleName'],
        family_name: json['lastName'],
        picture: json['imageUrl'],
        birthdate: json['birthDate'],
        zoneinfo: json['timezone'],
        locale: Array.isArray(preferredLanguages) ? preferredLanguages[0] : undefined,
        phone_number: number,
        ...(email !== undefined && { email, email_verified: verified === true }),
      },
    ),
    left: { ...without(json, fusionauthRead), ...password.left },
    mistakes: [
      ...password.mistakes,
      ...(more.length > 0 || methods.length > (app ? 1 : 0)
        ? [stays('twoFactor', 'second factors besides an authenticator app')]
        : []),
      ...(json['passwordChangeRequired'] === true
        ? [stays('passwordChangeRequired', 'a password that has to be changed')]
        : []),
    ],
  };
}

/** Members that are read, and those about the record. */
const fusionauthRead = [
  'id', 'username', 'email', 'active', 'verified', 'mobilePhone', 'phoneNumber', 'preferredLanguages', 'fullName',
  'firstName', 'middleName', 'lastName', 'imageUrl', 'birthDate', 'timezone', 'password', 'salt', 'encryptionScheme', 'factor',
  'twoFactor', 'passwordChangeRequired', 'uniqueUsername', 'usernameStatus', 'tenantId', 'connectorId', 'lastLoginInstant',
  'lastUpdateInstant', 'passwordLastUpdateInstant', 'verifiedInstant', 'identities', 'twoFactorEnabled', 'breachedPasswordStatus',
  'breachedPasswordLastCheckedInstant',
]; // biome-ignore format: a list of names

export const fusionauthNotes = {
  roles: 'becomes a claim with --claim-column roles=roles.APPLICATION',
  memberships: 'the groups that a person is in, by their ids',
  expiry: 'the account does not end here',
  insertInstant: 'the account begins with its import',
  password: newPassword,
} as const;

type Password = Pick<TranslatedAccount, 'mistakes'> & { members: Json; left: Json };

/** Without a scheme and a salt, the password is there itself. */
function readPassword(json: Json, skipMembers: readonly string[]): Password {
  const { password, salt, encryptionScheme: scheme, factor } = json;
  const none = { members: {}, mistakes: [], left: {} };
  if (typeof password !== 'string') return none;
  if ((scheme ?? salt ?? null) === null) return { ...none, members: { password } };
  if (scheme === 'bcrypt') {
    const cost = String(factor).padStart(2, '0');
    return { ...none, members: { password_hash: `$2a$${cost}$${String(salt)}${password}` } };
  }
  const [, digest] = /^salted-pbkdf2-hmac-(sha256|sha512)(?:-512)?$/.exec(String(scheme)) ?? [];
  if (digest === undefined) return { ...none, ...refuseWeak('password', String(scheme), skipMembers) };
  const parts = { algorithm: `pbkdf2_${digest}`, iterations: Number(factor), salt, hash: password };
  return { ...none, members: { password_hash: parts } };
}

/** The key is base64, also where the base32 that people type stands beside it. */
function totpOf({ secret, secretBase32Encoded: base32, authenticator }: Json): Json {
  const { algorithm, codeLength, timeStep } = isObject(authenticator) ? authenticator : {};
  const bytes = decodeBytes(secret, 'base64');
  return {
    totp_secret: base32 ?? (bytes ? toBase32(bytes) : '?'), // refused for its form
    totp_algorithm: algorithm,
    totp_digits: codeLength,
    totp_period: timeStep,
  };
}
