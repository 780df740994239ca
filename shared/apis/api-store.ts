import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Database, Item } from '../aws/dynamodb.ts';
import { cached } from '../cached.ts';
import type { Author, Change } from '../clients/change.ts';
import { logChange, newChange } from '../clients/change-log.ts';
import type { Conflict } from '../clients/client-store.ts';
import { ok, type Result, refuse } from '../result.ts';
import { accessTokenTyps, apiDocument, type RegisteredApi } from './registered-api.ts';

/*
 * Registered APIs in the Clients table: one item per API, all in one partition. There are few, so one query reads them all. Each
 * write is conditional and stores the change together with the API; the change is copied into the change log afterwards. The item
 * of a removed API stays without its resource, to keep its version and last change.
 */

const remembered = 30;

export type ApiReader = ReturnType<typeof apiReader>;

/** An API and the number of its last change. `changed` is absent when no author is on record. */
export type VersionedApi = { api: RegisteredApi; version: number; changed: Change | undefined };

const key = (resource: string) => ({ pk: 'apis', sk: resource });

async function list(database: Database, table: string, consistently: boolean): Promise<VersionedApi[]> {
  const items = await database.query({
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': 'apis' },
    ConsistentRead: consistently,
  });
  return items.filter(isThere).map(toVersioned);
}

/** Lists all APIs, remembered for 30 s. */
export const apiReader = (database: Database, table: string, now: () => number) => ({
  list: cached(async () => (await list(database, table, false)).map(({ api }) => api), remembered, now),
});

/** Manages the registered APIs. */
export type ApiStore = ReturnType<typeof apiStore>;

export function apiStore(database: Database, table: string, now: () => number) {
  const read = (resource: string) => database.get({ TableName: table, Key: key(resource), ConsistentRead: true });

  return {
    list: () => list(database, table, true),

    async find(resource: string): Promise<VersionedApi | undefined> {
      const item = await read(resource);
      return item && isThere(item) ? toVersioned(item) : undefined;
    },

    /**
     * Adds or replaces an API. `expected` is the version the caller decided on, 0 for a new API; without it, any version is
     * replaced. Refuses when the version has changed.
     */
    put: (api: RegisteredApi, author: Author, expected?: number) => write(api.resource, api, author, expected),

    /** Removes an API, so that no more tokens are issued for it. */
    remove: (resource: string, author: Author, expected?: number) => write(resource, undefined, author, expected),
  };

  async function write(
    resource: string,
    api: RegisteredApi | undefined,
    author: Author,
    expected: number | undefined,
  ): Promise<Result<number, Conflict>> {
    const item = await read(resource);
    const current = item && isThere(item) ? toVersioned(item) : undefined;
    const stored = versionOf(item);
    const seen = current?.version ?? 0;
    if (expected !== undefined && expected !== seen) return refuse({ reason: 'changed_meanwhile', version: seen });
    if (item?.['lastChange'] !== undefined) await logChange(database, table, item['lastChange'] as Change);

    const before = current && { before: apiDocument(current.api) };
    const after = api && { after: apiDocument(api) };
    const change = newChange({ at: now(), ...author, api: resource, ...before, ...after }, stored + 1);
    const outcome = await database.updateOnce({
      TableName: table,
      Key: key(resource),
      ...(api ? setApi(api) : clearApi),
      ConditionExpression: item && 'version' in item ? 'version = :version' : 'attribute_not_exists(version)',
      ExpressionAttributeNames: { ...names },
      ExpressionAttributeValues: {
        ':next': stored + 1,
        ':change': change,
        ':attempt': randomBytes(16).toString('base64url'),
        ...(item && 'version' in item && { ':version': stored }),
        ...(api && valuesOf(api)),
      },
    });
    if (!outcome.won) return refuse({ reason: 'changed_meanwhile', version: versionOf(outcome.item) });
    await logChange(database, table, change);
    return ok(stored + 1);
  }
}

const attributes = ['resource', 'scope', 'accessTokenLifetime', 'accessTokenTyp', 'introspectedBy'] as const;
const names = Object.fromEntries(attributes.map((name) => [`#${name}`, name]));
const stamp = 'version = :next, lastChange = :change, attempt = :attempt';

const clearApi = { UpdateExpression: `SET ${stamp} REMOVE ${Object.keys(names).join(', ')}` };

function setApi(api: RegisteredApi): { UpdateExpression: string } {
  const set = attributes.filter((name) => api[name] !== undefined).map((name) => `#${name} = :${name}`);
  const absent = attributes.filter((name) => api[name] === undefined).map((name) => `#${name}`);
  return {
    UpdateExpression: `SET ${[stamp, ...set].join(', ')}${absent.length > 0 ? ` REMOVE ${absent.join(', ')}` : ''}`,
  };
}

const valuesOf = (api: RegisteredApi): Item =>
  Object.fromEntries(attributes.flatMap((name) => (api[name] === undefined ? [] : [[`:${name}`, api[name]]])));

const isThere = (item: Item): boolean => item['resource'] !== undefined;

const versionOf = (item: Item | undefined): number => Number(item?.['version'] ?? 0);

const record = v.object({
  resource: v.string(),
  scope: v.array(v.string()),
  accessTokenLifetime: v.optional(v.number()),
  accessTokenTyp: v.optional(v.picklist(accessTokenTyps)),
  introspectedBy: v.optional(v.array(v.string())),
});

const toVersioned = (item: Item): VersionedApi => ({
  api: v.parse(record, item),
  version: versionOf(item),
  changed: item['lastChange'] as Change | undefined,
});
