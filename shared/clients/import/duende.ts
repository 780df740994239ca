import { ok, type Result } from '../../result.ts';
import { numbered } from './entries.ts';
import type { Entry, ForeignFormat } from './foreign-client.ts';
import { identityserver } from './identityserver.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { plain } from './members.ts';

/**
 * Duende IdentityServer with Entity Framework: reads its tables as JSON, an object with a list of rows per table, and joins them to
 * clients. Clients that are written out with their lists are read as {@link identityserver} reads them.
 */
export const duende: ForeignFormat = {
  entries: (text) => {
    const json = parseJson(text);
    if (!json.ok) return json;
    const tables = isObject(json.value) ? tablesOf(json.value) : new Map<string, JsonObject[]>();
    const isDump = [...joined.keys()].some((name) => tables.has(name));
    return isDump ? joinTables(tables) : identityserver.entries(text);
  },
  translate: (value, options) => identityserver.translate(value, options),
};

/** The tables of a client's lists, and what the client calls them. */
const joined: ReadonlyMap<string, string> = new Map([
  ['clientgranttypes', 'AllowedGrantTypes'],
  ['clientredirecturis', 'RedirectUris'],
  ['clientpostlogoutredirecturis', 'PostLogoutRedirectUris'],
  ['clientscopes', 'AllowedScopes'],
  ['clientsecrets', 'ClientSecrets'],
  ['clientcorsorigins', 'AllowedCorsOrigins'],
]);

function tablesOf(json: JsonObject): Map<string, JsonObject[]> {
  const lists = Object.entries(json).flatMap(([name, rows]) =>
    Array.isArray(rows) ? [[plain(name.split('.').at(-1) ?? ''), rows.filter(isObject)] as const] : [],
  );
  return new Map(lists);
}

function joinTables(tables: ReadonlyMap<string, JsonObject[]>): Result<Entry[], string> {
  const clients = (tables.get('clients') ?? []).map((client) => {
    const id = memberOf(client, 'id');
    const lists = [...joined].map(([table, list]) => {
      const rows = (tables.get(table) ?? []).filter((row) => memberOf(row, 'clientid') === id);
      return [list, rows.map(withoutKeys)] as const;
    });
    return { ...client, ...Object.fromEntries(lists) };
  });
  return ok(numbered(clients));
}

const memberOf = (row: JsonObject, name: string): unknown =>
  Object.entries(row).find(([member]) => plain(member) === name)?.[1];

/** Rows are joined by numbers, which mean nothing anywhere else. */
const withoutKeys = (row: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !['id', 'clientid'].includes(plain(name))));
