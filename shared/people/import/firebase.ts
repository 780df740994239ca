import { toPhcBase64 } from '../../foreign-hashes/base64.ts';
import { firebaseKeystream } from '../../foreign-hashes/scrypt.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { type EntryReader, isObject, type Json, type MemberOptions } from './account-entry.ts';
import { byFirstCharacter, jsonEntries } from './entry-readers.ts';
import { firebaseLinks, translateLinks } from './given-links.ts';
import { decodeBytes } from './hash-parts.ts';
import { without } from './left-behind.ts';
import { stays, type TranslatedAccount } from './other-systems.ts';

/** The password hash parameters of a Firebase project, as shown in its console. */
export type FirebaseParameters = { signerKey: Buffer; saltSeparator: Buffer; rounds: number; memCost: number };

/** Reads the users of `firebase auth:export --format=JSON`. Its CSV has no header line and no second factors. */
export const firebaseEntries = (): EntryReader =>
  byFirstCharacter((first) => (first === '{' || first === '[' ? jsonEntries('users') : withoutFactors));

const withoutFactors: EntryReader = {
  push: () => refuse(exportAsJson),
  end: () => refuse(exportAsJson),
};
const exportAsJson = 'is not JSON: write it with firebase auth:export --format=JSON, as CSV has no second factors';

/** Translates a user of `firebase auth:export --format=JSON`. Custom claims are JSON in a text. */
export function firebaseAccount(
  json: Json,
  { firebase: parameters, providers }: MemberOptions & { firebase?: FirebaseParameters | undefined },
): TranslatedAccount {
  const { localId, email, emailVerified, displayName, photoUrl, phoneNumber, disabled, passwordHash, salt } = json;
  const linked = translateLinks(firebaseLinks(listIn(json, 'providerUserInfo')), 'providerUserInfo', providers);
  const custom = customClaims(json['customAttributes']);
  const own = {
    sub: localId,
    name: displayName,
    picture: photoUrl,
    phone_number: phoneNumber,
    ...(email !== undefined && { email, email_verified: emailVerified === true }),
  };
  return {
    account: {
      username: email === undefined ? localId : undefined,
      email,
      disabled: disabled === true ? true : undefined,
      claims: { ...custom, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) },
      password_hash: passwordHash === undefined ? undefined : firebaseHash(passwordHash, salt, parameters),
      ...(linked.links && { links: linked.links }),
    },
    left: without(json, firebaseRead),
    mistakes: [
      ...linked.mistakes,
      ...(custom ? [] : [{ member: 'customAttributes', problem: 'is not a JSON object' }]),
      ...(listIn(json, 'mfaInfo').length > 0 ? [stays('mfaInfo', 'a second factor')] : []),
    ],
  };
}

/** Members that are read, and those about the record. */
const firebaseRead = [
  'localId', 'email', 'emailVerified', 'displayName', 'photoUrl', 'phoneNumber', 'disabled', 'passwordHash', 'salt',
  'providerUserInfo', 'customAttributes', 'mfaInfo', 'lastSignedInAt', 'lastLoginAt', 'lastRefreshAt', 'validSince',
  'passwordUpdatedAt', 'version',
]; // biome-ignore format: a list of names

const listIn = (json: Json, name: string): Json[] => (Array.isArray(json[name]) ? json[name].filter(isObject) : []);

/** Undefined: they cannot be read. */
function customClaims(text: unknown): Json | undefined {
  if (text === undefined || text === null || text === '') return {};
  const claims = typeof text === 'string' ? parseJson(text) : text;
  return isObject(claims) ? claims : undefined;
}

function firebaseHash(hash: unknown, salt: unknown, parameters: FirebaseParameters | undefined): unknown {
  const [hashed, salted] = [decodeBytes(hash, 'base64'), decodeBytes(salt, 'base64')];
  const kept = hashed && parameters && firebaseKeystream(hashed, parameters.signerKey);
  if (!kept || !salted || !parameters) return '$firebase-scrypt$'; // refused for its form
  const whole = Buffer.concat([salted, parameters.saltSeparator]);
  const { memCost, rounds } = parameters;
  return `$firebase-scrypt$ln=${memCost},r=${rounds},p=1$${toPhcBase64(whole)}$${toPhcBase64(kept)}`;
}

/** Parses `{ "base64_signer_key", "base64_salt_separator", "rounds", "mem_cost" }`. Refuses with a sentence about the member. */
export function parseFirebaseParameters(text: string): Result<FirebaseParameters, string> {
  const json = parseJson(text);
  if (!isObject(json)) return refuse('is not a JSON object');
  const signerKey = decodeBytes(json['base64_signer_key'], 'base64');
  const saltSeparator = decodeBytes(json['base64_salt_separator'], 'base64');
  const { rounds, mem_cost: memCost } = json;
  if (!signerKey) return refuse('base64_signer_key is missing or not base64');
  if (!saltSeparator) return refuse('base64_salt_separator is missing or not base64');
  if (typeof rounds !== 'number') return refuse('rounds is missing or not a number');
  if (typeof memCost !== 'number') return refuse('mem_cost is missing or not a number');
  return ok({ signerKey, saltSeparator, rounds, memCost });
}

/** Hides the JSON error, because it quotes the surrounding text, which may be a key. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
