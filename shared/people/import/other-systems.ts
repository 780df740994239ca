import { toPhcBase64 } from '../../foreign-hashes/base64.ts';
import type { Mistake } from '../../mistake.ts';
import { judgePlaceholder } from '../../oauth/placeholder.ts';
import { isObject, type Json, type MemberOptions } from './account-entry.ts';
import { auth0Links, cognitoLinks, keycloakLinks, translateLinks } from './given-links.ts';
import { decodeBytes } from './hash-parts.ts';
import { without } from './left-behind.ts';
import { toBase32 } from './totp-key.ts';

/*
 * Translates users of other systems into our own form of an account. What Pixy cannot take over, such as another factor or a link
 * to a provider, becomes a mistake by name: dropped without a word, it would weaken the account or lock somebody out.
 */

/** An account in our own form, what keeps it from moving in, and the members of its entry that it comes without. */
export type TranslatedAccount = { account: unknown; mistakes: readonly Mistake[]; left?: Json };

const objectIn = (json: Json, name: string): Json => (isObject(json[name]) ? json[name] : {});
const listIn = (json: Json, name: string): Json[] => (Array.isArray(json[name]) ? json[name].filter(isObject) : []);

const isTrue = (value: unknown): boolean =>
  value === true || value === 1 || String(value).toLowerCase() === 'true' || value === '1';

export const stays = (member: string, what: string): Mistake => ({
  member,
  problem: `has ${what}, which cannot move in: leave it behind with --skip-members ${member}`,
});

/** Puts together an account, leaving out what is absent. A username that is the address is one. */
export function accountOf({ username, email, ...others }: Json, claims: Json): unknown {
  const isAddress = typeof username === 'string' && username === email;
  const described = { username: isAddress ? undefined : username, email, ...others };
  return { ...present(described), claims: present(claims) };
}

const present = (json: Json): Json =>
  Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined && value !== null && value !== ''));

/** A row of the table that Cognito imports, or a user as `aws cognito-idp list-users` lists them. */
export function cognitoAccount(json: Json, { skipMembers = [], providers }: MemberOptions = {}): TranslatedAccount {
  const attributes = Object.fromEntries(listIn(json, 'Attributes').map(({ Name, Value }) => [String(Name), Value]));
  const { 'cognito:username': column, 'cognito:mfa_enabled': factor, Username, Enabled, UserStatus, ...rest } = json;
  const { UserMFASettingList: settings, MFAOptions, UserCreateDate, ...others } = rest;
  const columns = without(others, ['Attributes', 'UserLastModifiedDate']);
  const { email, identities, ...claims } = { ...columns, ...attributes } as Json;
  const hasFactor = isTrue(factor) || [settings, MFAOptions].some((list) => Array.isArray(list) && list.length > 0);
  const given = skipMembers.includes('identities') ? [] : listed(identities);
  const linked = translateLinks(cognitoLinks(given), 'identities', providers);
  const isFederated = UserStatus === 'EXTERNAL_PROVIDER' && given.length === 0;
  return {
    account: accountOf(
      {
        username: column ?? Username,
        email,
        disabled: Enabled === false ? true : undefined,
        links: linked.links,
      },
      { ...claims, ...(email !== undefined && { email, email_verified: claims['email_verified'] ?? false }) },
    ),
    left: { UserCreateDate },
    mistakes: [
      ...(hasFactor
        ? [stays(column === undefined ? 'UserMFASettingList' : 'cognito:mfa_enabled', 'a second factor')]
        : []),
      ...(isFederated ? [stays('UserStatus', 'a link to a provider')] : []),
      ...linked.mistakes,
    ],
  };
}

/** Reads a list that is JSON in a text. */
function listed(text: unknown): Json[] {
  try {
    const json: unknown = typeof text === 'string' ? JSON.parse(text) : text;
    return Array.isArray(json) ? json.filter(isObject) : [];
  } catch {
    return [];
  }
}

/** A user of Auth0's export job or Management API. */
export function auth0Account(json: Json, { skipMembers = [], providers }: MemberOptions = {}): TranslatedAccount {
  const {
    user_id: id,
    username,
    email,
    email_verified: verified,
    phone_verified: phoneVerified,
    blocked,
    ...rest
  } = json;
  const names = ['name', 'given_name', 'family_name', 'nickname', 'picture', 'phone_number', 'updated_at'];
  const claims = Object.fromEntries(names.map((name) => [name, rest[name]]));
  const linked = translateLinks(auth0Links(listIn(json, 'identities')), 'identities', providers);
  const factors = Array.isArray(rest['multifactor']) ? rest['multifactor'] : [];
  const given = listIn(rest, 'mfa_factors');
  return {
    account: accountOf(
      {
        username,
        email,
        disabled: blocked === true ? true : undefined,
        password_hash: rest['passwordHash'] ?? rest['password_hash'] ?? auth0Hash(rest['custom_password_hash']),
        links: linked.links,
        ...(skipMembers.includes('mfa_factors') ? {} : auth0Totp(given)),
      },
      {
        ...claims,
        sub: id,
        ...(email !== undefined && { email, email_verified: verified ?? false }),
        ...(rest['phone_number'] !== undefined && { phone_number_verified: phoneVerified ?? false }),
      },
    ),
    left: without(rest, [...names, ...auth0Read]),
    mistakes: [
      ...linked.mistakes,
      ...(factors.length > 0 ? [stays('multifactor', 'a second factor')] : []),
      ...(given.some((factor) => !isObject(factor['totp'])) ? [stays('mfa_factors', 'a second factor')] : []),
    ],
  };
}

/** Members that are read elsewhere, and those about a connection and about sign-ins of before. */
const auth0Read = [
  'passwordHash', 'password_hash', 'password_set_date', 'custom_password_hash', 'identities', 'multifactor', 'mfa_factors',
  'last_ip', 'last_login', 'last_password_reset', 'logins_count', 'multifactor_last_modified', '_id', 'id', 'tenant',
  'connection', 'provider', 'clientID', 'global_client_id', 'session_lifetime', 'phone_number',
]; // biome-ignore format: a list of names

/** Files for Auth0's own import have hashes of other servers, and keys of authenticator apps. */
function auth0Hash(given: unknown): unknown {
  if (!isObject(given)) return undefined;
  const { algorithm, cost, blockSize, parallelization } = given;
  const [hash, salt] = [objectIn(given, 'hash'), objectIn(given, 'salt')];
  if (algorithm !== 'scrypt') return hash['value'] ?? '$auth0$'; // refused for its form
  const { value, encoding = 'base64' } = hash;
  const isAlike = (salt['encoding'] ?? 'utf8') === encoding;
  const salted = isAlike
    ? salt['value']
    : Buffer.from(String(salt['value'])).toString(encoding === 'hex' ? 'hex' : 'base64');
  return { algorithm, hash: value, salt: salted, encoding, N: cost, r: blockSize, p: parallelization };
}

function auth0Totp(factors: readonly Json[]): Json {
  const { secret } = objectIn(factors.find(({ totp }) => isObject(totp)) ?? {}, 'totp');
  return secret === undefined ? {} : { totp_secret: secret };
}

/** A user of a Keycloak realm. Attributes are lists, mostly of one value. */
export function keycloakAccount(json: Json, { skipMembers = [], providers }: MemberOptions = {}): TranslatedAccount {
  const { id, username, email, emailVerified, enabled, firstName, lastName } = json;
  const attributes = Object.entries(objectIn(json, 'attributes')).map(([name, values]) => [
    name,
    Array.isArray(values) && values.length < 2 ? values[0] : values,
  ]);
  const credentials = listIn(json, 'credentials');
  const passwords = credentials.filter(({ type }) => type === 'password');
  const others = [...new Set(credentials.map(({ type }) => String(type)))].filter(
    (type) => type !== 'password' && type !== 'otp' && !skipMembers.includes(type),
  );
  const given = passwords[0] && keycloakPassword(passwords[0]);
  const identities = keycloakLinks(listIn(json, 'federatedIdentities'));
  const linked = translateLinks(identities, 'federatedIdentities', providers);
  const apps = skipMembers.includes('otp') ? [] : credentials.filter(({ type }) => type === 'otp');
  const actions = Array.isArray(json['requiredActions']) ? json['requiredActions'].map(String) : [];
  const demands = actions.filter((action) => protectiveActions.test(action));
  return {
    account: accountOf(
      {
        username,
        email,
        disabled: enabled === false ? true : undefined,
        ...given,
        links: linked.links,
        ...(apps[0] && keycloakTotp(apps[0])),
      },
      {
        ...Object.fromEntries(attributes),
        sub: id,
        given_name: firstName,
        family_name: lastName,
        ...(email !== undefined && { email, email_verified: emailVerified === true }),
      },
    ),
    mistakes: [
      ...(apps.length > 1 ? [stays('otp', 'several authenticator apps, of which an account has one')] : []),
      ...(apps.some(isCounting) ? [stays('otp', 'an app that counts its codes')] : []),
      ...others.map((type) => stays(type.slice(0, 60), 'a credential that is no password')),
      ...(passwords[0]?.['temporary'] === true ? [stays('credentials', 'a password that is temporary')] : []),
      ...(json['totp'] === true && credentials.length === 0
        ? [stays('totp', 'an authenticator app, and the file no credentials (kc.sh export writes them)')]
        : []),
      ...(demands.length > 0 ? [stays('requiredActions', demands.join(', '))] : []),
      ...linked.mistakes,
    ],
    left: {
      ...without(json, keycloakRead),
      requiredActions: actions.filter((action) => !protectiveActions.test(action)),
    },
  };
}

/** Members that are read, and those about the record. */
const keycloakRead = [
  'id', 'username', 'email', 'emailVerified', 'enabled', 'firstName', 'lastName', 'attributes', 'credentials', 'totp',
  'federatedIdentities', 'self', 'origin', 'access', 'notBefore', 'disableableCredentialTypes', 'userProfileMetadata',
]; // biome-ignore format: a list of names

/** What becomes of people without some of their data. */
export const keycloakNotes = {
  realmRoles: 'becomes a claim with --claim-column roles=realmRoles',
  clientRoles: 'becomes a claim with --claim-column NAME=clientRoles.CLIENT',
  federationLink: 'the password is in the directory that it names, unless credentials are in the file',
  requiredActions: 'what people would be asked at their next sign-in, which they are not asked here',
  clientConsents: 'people are asked for their consent again',
  createdTimestamp: 'the account begins with its import',
} as const;

/** What somebody has to do at the next sign-in: change a password that another knows, or add a factor. */
const protectiveActions = /^(?:UPDATE_PASSWORD|CONFIGURE_TOTP|CONFIGURE_RECOVERY_AUTHN_CODES|webauthn-register\b.*)$/;

/** Files that people write for an import have the password itself, and exports of versions before 8 the hash beside its parameters. */
function keycloakPassword(credential: Json): Json {
  const { value, hashedSaltedValue, secretData, salt, algorithm, hashIterations } = credential;
  if (hashedSaltedValue !== undefined) {
    const secret = { salt, value: hashedSaltedValue };
    return { password_hash: keycloakHash({ secretData: secret, credentialData: { algorithm, hashIterations } }) };
  }
  return secretData === undefined && value !== undefined
    ? { password: value }
    : { password_hash: keycloakHash(credential) };
}

/** Keycloak keeps the hash and its parameters as JSON in two texts. */
function keycloakHash({ secretData, credentialData }: Json): unknown {
  const secret = parsed(secretData);
  const { algorithm, hashIterations, additionalParameters: more } = parsed(credentialData);
  const [salt, hash] = [decodeBytes(secret['salt'], 'base64'), decodeBytes(secret['value'], 'base64')];
  if (!salt || !hash) return '$keycloak$'; // refused for its form
  const ending = `$${toPhcBase64(salt)}$${toPhcBase64(hash)}`;
  const digest = /^pbkdf2(?:-(sha256|sha512))?$/.exec(String(algorithm));
  if (digest) return `$pbkdf2-${digest[1] ?? 'sha1'}$i=${String(hashIterations)}${ending}`;
  const of = (name: string) => String((isObject(more) && Array.isArray(more[name]) ? more[name][0] : undefined) ?? '');
  const version = of('version') === '1.3' ? '19' : '16';
  return `$argon2${of('type')}$v=${version}$m=${of('memory')},t=${String(hashIterations)},p=${of('parallelism')}${ending}`;
}

/** The secret is the key itself as a text, unless its encoding is named. */
function keycloakTotp({ secretData, credentialData }: Json): Json {
  const { value } = parsed(secretData);
  const { algorithm, digits, period, secretEncoding } = parsed(credentialData);
  const isText = typeof value === 'string' && secretEncoding !== 'BASE32' && judgePlaceholder(value) === undefined;
  return {
    totp_secret: (isText ? toBase32(Buffer.from(value)) : value) ?? '?', // refused for its form
    totp_algorithm: algorithm,
    totp_digits: digits,
    totp_period: period,
  };
}

const isCounting = ({ credentialData }: Json): boolean => parsed(credentialData)['subType'] === 'hotp';

function parsed(text: unknown): Json {
  try {
    const json: unknown = typeof text === 'string' ? JSON.parse(text) : text;
    return isObject(json) ? json : {};
  } catch {
    return {};
  }
}

/** A user as Okta's `GET /api/v1/users` lists them. Okta verifies addresses elsewhere, so they count as unverified. */
export function oktaAccount(json: Json): TranslatedAccount {
  const { credentials, status, ...others } = json;
  const {
    login,
    email,
    firstName,
    lastName,
    displayName,
    nickName,
    profileUrl,
    mobilePhone,
    locale,
    timezone,
    secondEmail,
    ...rest
  } = objectIn(json, 'profile');
  const { provider: named, password: given, ...otherCredentials } = objectIn({ credentials }, 'credentials');
  const provider = objectIn({ named }, 'named')['type'];
  const password = objectIn(objectIn({ given }, 'given'), 'hash');
  const isElsewhere = provider !== 'OKTA' && provider !== 'IMPORT' && provider !== undefined;
  const hasExpired = status === 'PASSWORD_EXPIRED' && password['algorithm'] !== undefined;
  return {
    account: accountOf(
      {
        username: login,
        email,
        disabled: ['SUSPENDED', 'DEPROVISIONED'].includes(String(status)) ? true : undefined,
        password_hash: oktaHash(password),
      },
      {
        ...rest,
        sub: json['id'],
        name: displayName,
        given_name: firstName,
        family_name: lastName,
        nickname: nickName,
        profile: profileUrl,
        phone_number: mobilePhone,
        locale,
        zoneinfo: timezone,
        ...(email !== undefined && { email, email_verified: false }),
      },
    ),
    left: {
      ...without(others, oktaRead),
      profile: { secondEmail },
      credentials: { ...without(otherCredentials, ['emails']), provider: isElsewhere ? provider : undefined },
      status:
        ['STAGED', 'PROVISIONED', 'RECOVERY', 'LOCKED_OUT', 'PASSWORD_EXPIRED'].includes(String(status)) && status,
    },
    mistakes: [
      ...(provider === 'FEDERATION' || provider === 'SOCIAL' ? [stays('credentials', 'a link to a provider')] : []),
      ...(hasExpired ? [stays('status', 'a password that has expired')] : []),
    ],
  };
}

/** Members that are read, and those about the record. */
const oktaRead = [
  'id', 'profile', 'activated', 'statusChanged', 'lastLogin', 'lastUpdated', 'passwordChanged', 'transitioningToStatus',
  'type', 'realmId', '_links', '_embedded',
]; // biome-ignore format: a list of names

/** What becomes of people without some of their data. */
export const oktaNotes = {
  status:
    'who was not active, had lost the password or was locked out for a time can sign in once they have a password here',
  'credentials.provider': 'the password is in the directory of that kind',
  'credentials.recovery_question': 'a lost password is set again by mail',
  created: 'the account begins with its import',
} as const;

/** Okta takes bcrypt apart. */
function oktaHash({ algorithm, workFactor, salt, value }: Json): unknown {
  if (algorithm === undefined) return undefined;
  if (algorithm !== 'BCRYPT') return '$okta$'; // refused for its form
  return `$2a$${String(workFactor).padStart(2, '0')}$${String(salt)}${String(value)}`;
}

/** A row of WordPress's table `wp_users`, or a user of `wp user list`. */
export const wordpressAccount = (json: Json): TranslatedAccount => ({
  account: accountOf(
    { username: json['user_login'], email: json['user_email'], password_hash: json['user_pass'] },
    {
      name: json['display_name'],
      given_name: json['first_name'],
      family_name: json['last_name'],
      website: json['user_url'],
      ...(json['user_email'] !== undefined && { email: json['user_email'], email_verified: false }),
    },
  ),
  left: without(json, wordpressRead),
  mistakes: [],
});

/** Columns that are read, and those about the record. */
const wordpressRead = [
  'user_login', 'user_email', 'user_pass', 'display_name', 'first_name', 'last_name', 'user_url', 'user_nicename',
  'user_activation_key',
]; // biome-ignore format: a list of names

export const wordpressNotes = {
  ID: 'people get a new id: keep this one with --claim-column sub=ID',
  user_registered: 'the account begins with its import',
} as const;

/** A row of the table `AspNetUsers` of ASP.NET Identity. Somebody locked out for more than a century is disabled. */
export function aspnetAccount(json: Json): TranslatedAccount {
  const {
    Id,
    UserName,
    Email,
    EmailConfirmed,
    PasswordHash,
    PhoneNumber,
    PhoneNumberConfirmed,
    TwoFactorEnabled,
    LockoutEnd,
    ...rest
  } = json;
  const isLocked = /^(?:2[1-9]|[3-9]\d)\d\d-/.test(String(LockoutEnd));
  return {
    account: accountOf(
      { username: UserName, email: Email, disabled: isLocked ? true : undefined, password_hash: PasswordHash },
      {
        sub: Id,
        phone_number: PhoneNumber,
        ...(PhoneNumber ? { phone_number_verified: isTrue(PhoneNumberConfirmed) } : {}),
        ...(Email ? { email: Email, email_verified: isTrue(EmailConfirmed) } : {}),
      },
    ),
    left: without(rest, aspnetRecord),
    mistakes: isTrue(TwoFactorEnabled) ? [stays('TwoFactorEnabled', 'a second factor')] : [],
  };
}

const aspnetRecord = [
  'NormalizedUserName', 'NormalizedEmail', 'SecurityStamp', 'ConcurrencyStamp', 'LockoutEnabled', 'AccessFailedCount',
  'Discriminator',
]; // biome-ignore format: a list of names
