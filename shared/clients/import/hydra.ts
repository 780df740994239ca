import { ok, refuse } from '../../result.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { isObject, type JsonObject } from './json.ts';
import { words } from './members.ts';
import { translateMetadata } from './rfc7591.ts';

/**
 * Ory Hydra: reads clients as `hydra list oauth2-clients --format json` (under `items`) or the admin API writes them. They have the
 * members of RFC 7591 and some of Hydra's. Hydra requires PKCE for all clients or for none, so every client inherits. It does not
 * give secrets away: they are only in the file if somebody put them there.
 */
export const hydra: ForeignFormat = {
  entries: (text) => jsonEntries(text, 'items', 'clients'),
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

/** Members of Hydra's that have no counterpart: lifetimes of its tokens, and what describes the record. */
const ofHydra =
  /^(?:metadata|userinfo_signed_response_alg|access_token_strategy|skip_logout_consent|.+_grant_(?:access|id|refresh)_token_lifespan)$/;

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const { skip_consent: skipsConsent, audience, request_object_signing_alg: _, ...rest } = entry;
  const left = Object.entries(rest).filter(([name]) => ofHydra.test(name));
  const metadata = Object.fromEntries(Object.entries(rest).filter(([name]) => !ofHydra.test(name)));
  const read = translateMetadata(metadata, options);
  const named = [...left, ['audience', audience] as const].filter(([, value]) => asks(value)).map(([name]) => name);
  return {
    ...read,
    metadata: { ...read.metadata, scope: scopeOf(entry), ...(skipsConsent === true && { first_party: true }) },
    notes: [...read.notes, ...(named.length > 0 ? [`comes without ${named.join(', ')}`] : [])],
  };
}

/** Hydra's `offline` is OpenID Connect's `offline_access`, and its clients may ask for either. */
function scopeOf({ scope }: JsonObject): unknown {
  if (typeof scope !== 'string' || !words(scope).includes('offline')) return scope;
  return [...new Set([...words(scope), 'offline_access'])].join(' ');
}

const asks = (value: unknown): boolean =>
  value !== null &&
  value !== undefined &&
  value !== '' &&
  value !== false &&
  value !== 'none' &&
  JSON.stringify(value).length > 2;
