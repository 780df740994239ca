import { ok, refuse } from '../../result.ts';
import { csvEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject } from './json.ts';
import { membersOf, words } from './members.ts';

/**
 * WP OAuth Server: reads a table of clients with the columns `name`, `client_id`, `client_secret`, `redirect_uri`, `grant_types`
 * and `scope`, and ignores the others. It has no PKCE setting, so every client inherits. A client without a secret is public.
 */
export const wpOAuth: ForeignFormat = {
  entries: csvEntries,
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'line', problem: 'is not a line of a table' }),
};

/** Every client has `basic` there; its own scope is added to it. */
const scopeOfEverybody = ['basic', 'openid', 'profile', 'email'];

function translate(row: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(row);
  const listed = readGrantTypes(members.text('grant_types', 'grant_type'));
  const grants = keepGrantTypesOf(members, listed, 'grant_types', 'grant_type');
  const secret = members.text('client_secret');
  const asked = members.text('token_endpoint_auth_method') ?? options.authMethod ?? 'client_secret_basic';
  const method = secret === undefined ? 'none' : asked;
  return {
    metadata: {
      client_id: members.text('client_id'),
      client_name: members.text('name', 'client_name', 'post_title', 'title'),
      client_secret: method === 'none' ? undefined : secret,
      redirect_uris: members.list('redirect_uri', 'redirect_uris', 'redirect_url') ?? [],
      token_endpoint_auth_method: method,
      grant_types: grants.grantTypes,
      scope: [...new Set([...scopeOfEverybody, ...words(members.text('scope', 'scopes') ?? '')])].join(' '),
    },
    pkce: { policy: 'inherit' },
    names: { redirect_uris: members.nameOf('redirect_uri', 'redirect_uris', 'redirect_url') },
    mistakes: members.mistakes,
    notes: [
      ...grants.notes,
      ...(method === 'none' && secret !== undefined
        ? ['comes without its client_secret: it is public and sends none']
        : []),
    ],
  };
}

/** Reads words with anything in between, or the quoted items of a list in PHP's or JSON's notation. */
function readGrantTypes(cell = 'authorization_code'): string[] {
  const quoted = Array.from(cell.matchAll(/"([^"]*)"/g), ([, name = '']) => name);
  return quoted.length > 0 ? quoted : words(cell.replace(/[,;|]/g, ' '));
}
