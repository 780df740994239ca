import { ok, refuse } from '../../result.ts';
import type { Mistake } from '../registration.ts';
import { csvEntries, jsonEntries, looksLikeJson } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { isObject, type JsonObject } from './json.ts';
import { words } from './members.ts';
import { translateMetadata } from './rfc7591.ts';

/**
 * OneWelcome: reads its client metadata as JSON or as a table, with `code_challenge_method` `none`, `any` or `S256` (the
 * default). With `none` the client sends its secret; otherwise the verifier replaces the secret.
 */
export const onewelcome: ForeignFormat = {
  entries: (text) => (looksLikeJson(text) ? jsonEntries(text, 'clients') : csvEntries(text)),
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

const policies = { none: 'none', any: 'any', s256: 'S256' } as const;

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const { code_challenge_method: method = 'S256', ...rest } = withLists(entry);
  const name = typeof method === 'string' ? method.trim().toLowerCase() : '';
  const known = Object.hasOwn(policies, name) ? policies[name as keyof typeof policies] : undefined;
  const policy = known ?? 'S256';
  const hasSecret = rest['client_secret'] !== undefined;
  const said = rest['token_endpoint_auth_method'] ?? options.authMethod;
  const isUnclear = hasSecret && said === undefined && known !== undefined && known !== 'none';
  const authMethod = said ?? (policy === 'none' || hasSecret ? 'client_secret_post' : undefined);
  const mistakes: Mistake[] = [
    ...(known === undefined ? [{ member: 'code_challenge_method', problem: 'is not one of none, any, S256' }] : []),
    ...(isUnclear ? [{ member: 'client_secret', problem: secretBeside(policy) }] : []),
  ];
  const left = authMethod === 'none' && hasSecret;
  const metadata = { ...rest, ...(authMethod !== undefined && { token_endpoint_auth_method: authMethod }) };
  const translated = translateMetadata(left ? { ...metadata, client_secret: undefined } : metadata, options);
  return {
    ...translated,
    pkce: { policy },
    names: { pkce_policy: 'code_challenge_method' },
    mistakes: [...mistakes, ...(translated.mistakes ?? [])],
    notes: [...translated.notes, ...(left ? ['comes without its client_secret: it is public and sends none'] : [])],
  };
}

const secretBeside = (policy: string): string =>
  `is there beside code_challenge_method ${policy}, where the verifier takes its place: say whether the client sends it, with token_endpoint_auth_method or for all of the file with --auth-method`;

const listMembers = ['redirect_uris', 'grant_types', 'response_types', 'post_logout_redirect_uris', 'contacts'];

/** Table cells hold lists separated by spaces, and JSON may hold the scope as a list. */
function withLists({ redirect_uri: single, ...entry }: JsonObject): JsonObject {
  const lists = { ...(single !== undefined && { redirect_uris: single }), ...entry };
  const split = Object.entries(lists).map(([name, value]) => {
    if (name === 'scope' && Array.isArray(value)) return [name, value.join(' ')];
    return [name, listMembers.includes(name) && typeof value === 'string' ? words(value) : value];
  });
  return Object.fromEntries(split);
}
