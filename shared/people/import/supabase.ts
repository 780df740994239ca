import type { Mistake } from '../../mistake.ts';
import { isObject, type Json, type MemberOptions } from './account-entry.ts';
import { translateLinks } from './given-links.ts';
import { without } from './left-behind.ts';
import { accountOf, stays, type TranslatedAccount } from './other-systems.ts';

/** Reads a column of JSON, which is a text in a table. */
function parsed(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
}

const objectOf = (value: unknown): Json => {
  const json = parsed(value);
  return isObject(json) ? json : {};
};
const listOf = (value: unknown): Json[] => {
  const json = parsed(value);
  return Array.isArray(json) ? json.filter(isObject) : [];
};

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && value !== 'NULL';
const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === 't';

/** Puts the metadata of a row where the API has them, and reads what is JSON in a text. */
export function withMetadata({ raw_user_meta_data: own, raw_app_meta_data: app, ...row }: Json): Json {
  return {
    ...row,
    user_metadata: objectOf(own ?? row['user_metadata']),
    app_metadata: objectOf(app ?? row['app_metadata']),
    ...('identities' in row && { identities: listOf(row['identities']) }),
    ...('factors' in row && { factors: listOf(row['factors']) }),
  };
}

/**
 * A user of Supabase: a row of the table `auth.users`, with the rows of `auth.identities` and `auth.mfa_factors` as `identities` and
 * `factors` where somebody has joined them, or an item of the admin API, which has no hashes. People write their metadata
 * themselves, so it says nothing about what is verified.
 */
export function supabaseAccount(json: Json, { skipMembers = [], providers }: MemberOptions = {}): TranslatedAccount {
  const { id, email, phone, username, banned_until: banned } = json;
  const own = objectOf(json['user_metadata']);
  const app = objectOf(json['app_metadata']);
  const links = readLinks(json, app, skipMembers, providers);
  const factors = listOf(json['factors']).filter(({ status }) => status === 'verified');
  const [totp, ...more] = factors.filter(
    ({ factor_type: type, secret }) => type === 'totp' && typeof secret === 'string',
  );
  const hasOthers = more.length > 0 || factors.length > (totp ? 1 : 0);
  const isAnonymous = isTrue(json['is_anonymous']);
  const isGone = isThere(json['deleted_at']) || isForEver(banned);
  return {
    account: accountOf(
      {
        // Stands in for an account, so that nothing is missing as well.
        username: username ?? (isAnonymous ? id : undefined),
        email,
        disabled: isGone ? true : undefined,
        password_hash: json['encrypted_password'],
        links: links.links,
        ...(totp && { totp_secret: totp['secret'] }),
      },
      {
        sub: id,
        name: own['name'] ?? own['full_name'],
        picture: own['picture'] ?? own['avatar_url'],
        ...(isThere(email) && {
          email,
          email_verified:
            isThere(json['email_confirmed_at']) ||
            (json['email_confirmed_at'] === undefined && isThere(json['confirmed_at'])),
        }),
        ...(isThere(phone) && {
          // The server leaves the plus out.
          phone_number: String(phone).replace(/^(?=\d)/, '+'),
          phone_number_verified: isThere(json['phone_confirmed_at']),
        }),
      },
    ),
    left: {
      ...without(json, supabaseRead),
      user_metadata: without(own, metadataRead),
      app_metadata: without(app, ['provider', 'providers']),
      ...(isThere(banned) && !isForEver(banned) && { banned_until: banned }),
    },
    mistakes: [
      ...links.mistakes,
      ...(hasOthers ? [stays('factors', 'second factors besides the key of an authenticator app')] : []),
      ...(isAnonymous
        ? [
            {
              member: 'is_anonymous',
              problem: 'is true: nobody can sign in to it again, so skip it with --skip-refused',
            },
          ]
        : []),
    ],
  };
}

/** The years of a century mean for ever, and databases have a word for it. */
const isForEver = (until: unknown): boolean =>
  typeof until === 'string' && /^(?:(?:2[1-9]|[3-9]\d|\d{3,})\d\d-|infinity$)/.test(until);

function readLinks(
  json: Json,
  app: Json,
  skipMembers: readonly string[],
  providers: MemberOptions['providers'],
): { links: readonly Json[] | undefined; mistakes: readonly Mistake[] } {
  if (skipMembers.includes('identities')) return { links: undefined, mistakes: [] };
  const byItself = ['email', 'phone', 'anonymous_users'];
  const rows = listOf(json['identities']).filter(({ provider }) => !byItself.includes(String(provider)));
  const listed = Array.isArray(app['providers']) ? app['providers'].map(String) : [];
  const others = listed.filter((name) => !byItself.includes(name) && !rows.some(({ provider }) => provider === name));
  const linked = translateLinks(
    rows.map(({ provider, provider_id: given, identity_data: data }) => ({
      names: [String(provider)],
      subject: objectOf(data)['sub'] ?? given,
      label: objectOf(data)['email'],
    })),
    'identities',
    providers,
  );
  const problem = `are not there, and it has links to ${others.join(', ').slice(0, 60)}: join the table auth.identities as identities, or leave them behind with --skip-members identities`;
  return {
    links: linked.links,
    mistakes: [...linked.mistakes, ...(others.length > 0 ? [{ member: 'identities', problem }] : [])],
  };
}

/** Columns of the table. */
export const columnsOfSupabase = [
  'instance_id', 'id', 'aud', 'role', 'email', 'encrypted_password', 'email_confirmed_at', 'confirmed_at', 'invited_at',
  'confirmation_token', 'confirmation_sent_at', 'recovery_token', 'recovery_sent_at', 'email_change_token', 'email_change_token_new',
  'email_change', 'email_change_sent_at', 'last_sign_in_at', 'raw_app_meta_data', 'raw_user_meta_data', 'is_super_admin',
  'created_at', 'updated_at', 'phone', 'phone_confirmed_at', 'phone_change', 'phone_change_token', 'phone_change_sent_at',
  'email_change_token_current', 'email_change_confirm_status', 'banned_until', 'reauthentication_token', 'reauthentication_sent_at',
  'is_sso_user', 'deleted_at', 'is_anonymous', 'identities', 'factors',
]; // biome-ignore format: a list of names

/** Columns and members that are read, and those about the record. */
const supabaseRead = [
  ...columnsOfSupabase.filter((name) => !['created_at', 'is_super_admin', 'is_sso_user'].includes(name)), 'username',
  'app_metadata', 'user_metadata', 'action_link', 'new_email', 'new_phone',
]; // biome-ignore format: a list of names

/** What a provider told, which the server copies from its ID token. */
const metadataRead = [
  'name',
  'full_name',
  'picture',
  'avatar_url',
  'email',
  'email_verified',
  'phone_verified',
  'sub',
  'iss',
  'provider_id',
];

export const supabaseNotes = {
  created_at: 'the account begins with its import',
  banned_until: 'who is banned for a time can sign in: disable them with pixy accounts disable',
  is_sso_user: 'signed in by SAML: link them here by another way',
} as const;
