import type { Mistake } from '../../mistake.ts';
import { isObject, type Json, type MemberOptions } from './account-entry.ts';
import { kratosLinks, translateLinks } from './given-links.ts';
import { without } from './left-behind.ts';
import { accountOf, stays, type TranslatedAccount } from './other-systems.ts';

const objectIn = (json: Json, name: string): Json => (isObject(json[name]) ? json[name] : {});
const listIn = (json: Json, name: string): Json[] => (Array.isArray(json[name]) ? json[name].filter(isObject) : []);

/**
 * An identity of Ory Kratos, as its admin API lists them. Traits are whatever its schema says: those with the names of names and
 * addresses are that, the others claims. People write them themselves, so they say nothing about what is verified.
 */
export function kratosAccount(json: Json, { skipMembers = [], providers }: MemberOptions = {}): TranslatedAccount {
  const { email, username, name, phone, phone_number: phoneNumber, ...rest } = objectIn(json, 'traits');
  const { email_verified: _, phone_number_verified: __, ...others } = rest;
  const number = phone ?? phoneNumber;
  const credentials = Object.entries(objectIn(json, 'credentials')).filter(([type]) => !skipMembers.includes(type));
  const configOf = (type: string): Json => objectIn(objectIn(Object.fromEntries(credentials), type), 'config');
  const identities = skipMembers.includes('oidc') ? [] : listIn(configOf('oidc'), 'providers');
  const linked = translateLinks(kratosLinks(identities), 'oidc', providers);
  const isVerified = (address: unknown, channel: string): boolean =>
    listIn(json, 'verifiable_addresses').some(
      ({ value, verified, via }) => verified === true && via === channel && isSame(value, address),
    );
  return {
    account: accountOf(
      {
        username,
        email,
        disabled: json['state'] === 'inactive' ? true : undefined,
        password_hash: configOf('password')['hashed_password'],
        links: linked.links,
        ...totpOf(configOf('totp')['totp_url']),
      },
      {
        ...others,
        ...namesIn(name),
        sub: json['id'],
        ...(number !== undefined && { phone_number: number, phone_number_verified: isVerified(number, 'sms') }),
        ...(email !== undefined && { email, email_verified: isVerified(email, 'email') }),
      },
    ),
    left: without(json, kratosRead),
    mistakes: [
      ...credentials.flatMap(([type, value]) => problemOf(type, isObject(value) ? value : {})),
      ...linked.mistakes,
    ],
  };
}

/** Members that are read, and those about the record. */
const kratosRead = [
  'id', 'traits', 'credentials', 'state', 'state_changed_at', 'schema_id', 'schema_url', 'verifiable_addresses',
  'recovery_addresses', 'updated_at', 'available_aal', 'region',
]; // biome-ignore format: a list of names

/** Traits stay as they were typed, and addresses to verify do not. */
const isSame = (one: unknown, other: unknown): boolean =>
  typeof one === 'string' && typeof other === 'string' && one.toLowerCase() === other.trim().toLowerCase();

/** A name is a text, or an object with two. */
function namesIn(name: unknown): Json {
  if (!isObject(name)) return { name };
  return { given_name: name['first'] ?? name['first_name'], family_name: name['last'] ?? name['last_name'] };
}

/** The API leaves out what credentials are made of, unless it is asked for it. */
function problemOf(type: string, { config }: Json): Mistake[] {
  if (!moving.includes(type)) return [stays(type.slice(0, 60), 'a credential that is no password')];
  const isKnown = isObject(config) && Object.keys(config).length > 0;
  const problem = `is there, and what it is made of is not: read the identities with include_credential=${type}, or leave it behind with --skip-members ${type}`;
  return isKnown ? [] : [{ member: type, problem }];
}

const moving = ['password', 'totp', 'oidc'];

/** Reads `otpauth://totp/…?secret=…`. */
function totpOf(url: unknown): Json {
  if (url === undefined) return {};
  if (typeof url !== 'string' || !URL.canParse(url)) return { totp_secret: '?' }; // refused for its form
  const { searchParams } = new URL(url);
  const of = (name: string) => searchParams.get(name) ?? undefined;
  return {
    totp_secret: of('secret') ?? '?',
    totp_algorithm: of('algorithm'),
    totp_digits: of('digits'),
    totp_period: of('period'),
  };
}
