import { parseResponseType } from '../../oauth/response-type.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { isOperatorSetting, parseOperatorSettings } from '../operator-settings.ts';
import type { Mistake } from '../registration.ts';
import { isStoredSecretHash } from '../secret-hash.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypes } from './grant-types.ts';
import { isObject, type JsonObject } from './json.ts';
import { shown } from './members.ts';

/** RFC 7591 §3.2.1: reads client information responses, as many servers' registration endpoints and exports write them. */
export const rfc7591: ForeignFormat = {
  entries: (text) => jsonEntries(text, 'clients'),
  translate: (value, options) =>
    isObject(value) ? ok(translateMetadata(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

/** The member that `pixy clients export --with-secret-hashes` writes. */
const secretHashes = 'client_secret_hashes';

/** Members of exports that are no metadata. */
const derived = ['client_secrets', secretHashes, 'effective_policy', 'added_at', 'version'];

/**
 * Translates client metadata of another server, or of another Pixy with its operator settings. Its `mistakes` are all that are found
 * here; registration checks the rest.
 */
export function translateMetadata(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const settings = parseOperatorSettings(entry, options.now);
  const isEnding = Number(entry['client_secret_expires_at'] ?? 0) !== 0;
  const grantTypes = entry['grant_types'];
  const grants = isTexts(grantTypes) ? keepGrantTypes(grantTypes) : ok({ grantTypes, notes: [] });
  const kept = grants.ok ? grants.value : { grantTypes: ['authorization_code'], notes: [] };
  const hashes = readSecretHashes(entry);
  const responses = keepResponseTypes(entry['response_types']);
  const method = entry['token_endpoint_auth_method'] ?? (entry['client_secret'] && options.authMethod);
  const metadata = Object.entries(entry).filter(([name]) => !isOperatorSetting(name) && !derived.includes(name));
  return {
    metadata: {
      ...Object.fromEntries(metadata),
      grant_types: kept.grantTypes,
      response_types: responses.kept,
      token_endpoint_auth_method: method,
    },
    ...(settings.ok ? settings.value : { pkce: { policy: 'inherit' } }),
    secretHashes: hashes.ok ? hashes.value : instead(entry),
    mistakes: [
      ...(settings.ok ? [] : settings.refusal),
      ...(isEnding ? [{ member: 'client_secret_expires_at', problem: endOfSecret }] : []),
      ...(grants.ok ? [] : [{ member: 'grant_types', problem: grants.refusal }]),
      ...(hashes.ok ? [] : [hashes.refusal]),
    ],
    notes: [...kept.notes, ...responses.notes],
  };
}

/** The hashes of a client's one or two secrets, as another Pixy stores them, or of another server. */
function readSecretHashes(entry: JsonObject): Result<readonly string[] | undefined, Mistake> {
  const hashes = entry[secretHashes];
  if (hashes === undefined) return ok(undefined);
  if (entry['client_secret']) return refuse({ member: secretHashes, problem: 'is given, and so is client_secret' });
  const areHashes = isTexts(hashes) && hashes.length >= 1 && hashes.length <= 2 && hashes.every(isStoredSecretHash);
  return areHashes
    ? ok(hashes)
    : refuse({ member: secretHashes, problem: 'is not a list of one or two hashes that can be verified' });
}

/** Hashes that cannot be read stand for a secret all the same, which is then not missing as well. */
const instead = (entry: JsonObject): readonly string[] | undefined => (entry['client_secret'] ? undefined : []);

/** Our secrets do not expire, so one that does cannot be imported silently. */
export const endOfSecret =
  'gives the secret an end, and secrets have none here: take it out, and rotate the secret in time';

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Drops response types that return tokens from the authorization endpoint, along with their grant type. */
function keepResponseTypes(listed: unknown): { kept: unknown; notes: string[] } {
  if (!isTexts(listed)) return { kept: listed, notes: [] };
  const kept = listed.map(parseResponseType).filter((type) => type !== undefined);
  const left = listed.filter((type) => parseResponseType(type) === undefined);
  if (left.length === 0 || kept.length === 0) return { kept: listed, notes: [] };
  return { kept, notes: [`comes without the response type ${shown(left)}, which is not offered here`] };
}
