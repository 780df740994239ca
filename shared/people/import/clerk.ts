import { isObject, type Json, type MemberOptions } from './account-entry.ts';
import { translateLinks } from './given-links.ts';
import { without } from './left-behind.ts';
import { accountOf, stays, type TranslatedAccount } from './other-systems.ts';
import { newPassword } from './weak-hash.ts';

const listIn = (json: Json, name: string): Json[] => (Array.isArray(json[name]) ? json[name].filter(isObject) : []);

/** Addresses and numbers in one cell, or in a list of texts. */
const textsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [value])
    .flatMap((text) => (typeof text === 'string' ? text.split(/[\s,;|]+/) : []))
    .filter((text) => text !== '');

/** A user of Clerk: a row of the table that its dashboard exports, or an item of `GET /v1/users`. Only the table has hashes. */
export function clerkAccount(json: Json, { providers }: MemberOptions = {}): TranslatedAccount {
  const addresses = valuesOf(json, 'email_addresses', 'email_address', 'verified_email_addresses');
  const numbers = valuesOf(json, 'phone_numbers', 'phone_number', 'verified_phone_numbers');
  const email = json['primary_email_address'] ?? addresses.named(json['primary_email_address_id']);
  const phone = json['primary_phone_number'] ?? numbers.named(json['primary_phone_number_id']);
  const linked = translateLinks(
    listIn(json, 'external_accounts').map(({ provider, provider_user_id: subject, email_address: label }) => ({
      names: [String(provider).replace(/^oauth_/, ''), String(provider)],
      subject,
      label,
    })),
    'external_accounts',
    providers,
  );
  const factor = json['totp_enabled'] === true || json['two_factor_enabled'] === true;
  const isWithoutKey = factor && !json['totp_secret'];
  return {
    account: accountOf(
      {
        username: json['username'],
        email,
        disabled: json['banned'] === true ? true : undefined,
        password_hash: json['password_digest'],
        totp_secret: json['totp_secret'],
        links: linked.links,
      },
      {
        sub: json['id'],
        given_name: json['first_name'],
        family_name: json['last_name'],
        picture: json['has_image'] === false ? undefined : (json['image_url'] ?? json['profile_image_url']),
        ...(email ? { email, email_verified: addresses.areVerified(email) } : {}),
        ...(phone ? { phone_number: phone, phone_number_verified: numbers.areVerified(phone) } : {}),
      },
    ),
    left: {
      ...without(json, clerkRead),
      other_addresses: [...addresses.all, ...textsIn(json['unverified_email_addresses'])].some(
        (text) => text !== email,
      ),
      other_numbers: [...numbers.all, ...textsIn(json['unverified_phone_numbers'])].some((text) => text !== phone),
      password_enabled: json['password_enabled'] === true && !json['password_digest'],
    },
    mistakes: [
      ...linked.mistakes,
      ...(isWithoutKey
        ? [stays(json['totp_enabled'] === true ? 'totp_enabled' : 'two_factor_enabled', 'a second factor')]
        : []),
      ...(listIn(json, 'passkeys').length > 0 ? [stays('passkeys', 'a passkey')] : []),
    ],
  };
}

/** The addresses or numbers of a person: objects in the API, texts in the table, which has the verified ones apart. */
function valuesOf(json: Json, list: string, name: string, verifiedList: string) {
  const items = listIn(json, list);
  const verified = [
    ...textsIn(json[verifiedList]),
    ...items.flatMap((item) => {
      const { status } = isObject(item['verification']) ? item['verification'] : {};
      return status === 'verified' ? textsIn(item[name]) : [];
    }),
  ];
  const texts = Array.isArray(json[list]) ? json[list].filter((item) => typeof item === 'string') : [];
  return {
    all: [...verified, ...items.flatMap((item) => textsIn(item[name])), ...textsIn(texts)],
    named: (id: unknown): unknown => items.find((item) => item['id'] === id)?.[name],
    areVerified: (text: unknown): boolean => typeof text === 'string' && verified.includes(text),
  };
}

/** Columns of the table. */
export const columnsOfClerk = [
  'id', 'first_name', 'last_name', 'username', 'primary_email_address', 'primary_phone_number', 'verified_email_addresses',
  'unverified_email_addresses', 'verified_phone_numbers', 'unverified_phone_numbers', 'totp_secret', 'password_digest',
  'password_hasher', 'created_at', 'updated_at',
]; // biome-ignore format: a list of names

/** Members that are read, and those about the record. */
const clerkRead = [
  ...columnsOfClerk.filter((name) => name !== 'created_at'), 'object', 'email_addresses', 'phone_numbers',
  'primary_email_address_id', 'primary_phone_number_id', 'primary_web3_wallet_id', 'external_accounts', 'banned', 'image_url',
  'profile_image_url', 'has_image', 'totp_enabled', 'two_factor_enabled', 'passkeys', 'password_enabled', 'last_sign_in_at',
  'last_active_at', 'create_organization_enabled', 'delete_self_enabled', 'verification_attempts_remaining',
  'mfa_enabled_at', 'mfa_disabled_at', 'password_last_updated_at', 'legal_accepted_at', 'lockout_expires_in_seconds',
]; // biome-ignore format: a list of names

export const clerkNotes = {
  created_at: 'the account begins with its import',
  other_addresses: 'an account has one address, which is the primary one',
  other_numbers: 'an account has one number, which is the primary one',
  password_enabled: `the API has no hashes, and the table of the dashboard has them; otherwise ${newPassword}`,
  backup_code_enabled: 'people make new recovery codes on their account page',
  backup_codes: 'people make new recovery codes on their account page',
  locked: 'who was locked out for a time can sign in',
} as const;
