import * as v from 'valibot';
import type { Database } from '../aws/dynamodb.ts';
import { cached } from '../cached.ts';
import { accessTokenTyps, apiDocument, type RegisteredApi } from './registered-api.ts';
import { type RegisteredScope, scopeDocument } from './registered-scope.ts';
import { type Kind, ofKind, type Registered, readRegistry, registryStore } from './registry-store.ts';

/*
 * The two kinds of things that are registered beside clients: APIs by their resource, and scope values with the claims that they
 * bring. No resource begins with `scope#`, as no scheme has a #.
 */

export type { Registered };

const apis: Kind<RegisteredApi> = {
  logAs: 'api',
  attributes: ['resource', 'scope', 'accessTokenLifetime', 'accessTokenTyp', 'accessTokenClaims', 'introspectedBy'],
  sortKey: (resource) => resource,
  document: apiDocument,
  parse: (item) => v.parse(apiRecord, item),
};

const apiRecord = v.object({
  resource: v.string(),
  scope: v.array(v.string()),
  accessTokenLifetime: v.optional(v.number()),
  accessTokenTyp: v.optional(v.picklist(accessTokenTyps)),
  accessTokenClaims: v.optional(v.boolean()),
  introspectedBy: v.optional(v.array(v.string())),
});

const scopes: Kind<RegisteredScope> = {
  logAs: 'scope',
  attributes: ['value', 'claims', 'description', 'descriptions'],
  sortKey: (value) => `scope#${value}`,
  document: scopeDocument,
  parse: (item) => v.parse(scopeRecord, item),
};

const scopeRecord = v.object({
  value: v.string(),
  claims: v.array(v.string()),
  description: v.optional(v.string()),
  descriptions: v.optional(v.record(v.string(), v.string())),
});

/** Manages the registered APIs. */
export type ApiStore = ReturnType<typeof apiStore>;
export const apiStore = (database: Database, table: string, now: () => number) =>
  registryStore(apis, database, table, now);

/** Manages the registered scope values. */
export type ScopeStore = ReturnType<typeof scopeStore>;
export const scopeStore = (database: Database, table: string, now: () => number) =>
  registryStore(scopes, database, table, now);

/** Seconds. */
const remembered = 30;

export type ApiReader = ReturnType<typeof apiReader>;

/**
 * Lists all APIs and all registered scope values: one query for both, remembered for 30 s. `builtIn`: APIs that nobody registers.
 */
export function apiReader(
  database: Database,
  table: string,
  now: () => number,
  builtIn: readonly RegisteredApi[] = [],
) {
  const read = cached(
    async () => {
      const items = await readRegistry(database, table, false);
      return { items, apis: [...ofKind(apis, items), ...builtIn], scopes: ofKind(scopes, items) };
    },
    remembered,
    now,
  );
  return {
    list: async (): Promise<RegisteredApi[]> => (await read()).apis,
    scopes: async (): Promise<RegisteredScope[]> => (await read()).scopes,
    /** Things of another kind, which few functions know. */
    others: async <Value>(kind: Kind<Value>): Promise<Value[]> => ofKind(kind, (await read()).items),
  };
}
