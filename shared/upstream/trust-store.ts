import * as v from 'valibot';
import { type Kind, registryStore } from '../apis/registry-store.ts';
import type { Database } from '../aws/dynamodb.ts';
import { type Trust, trustDocument, trustKinds } from './trust.ts';

/*
 * Trusts lie beside the registered APIs, which /token has read anyway. No resource begins with `trust#`.
 */

export const trusts: Kind<Trust> = {
  logAs: 'trust',
  attributes: ['name', 'kind', 'issuer', 'jwksUri', 'jwks', 'clients', 'claims', 'scope', 'reusable'],
  sortKey: (name) => `trust#${name}`,
  document: trustDocument,
  parse: (item) => v.parse(record, item),
};

const record = v.object({
  name: v.string(),
  kind: v.picklist(trustKinds),
  issuer: v.string(),
  jwksUri: v.optional(v.string()),
  jwks: v.optional(v.object({ keys: v.array(v.looseObject({})) })),
  clients: v.array(v.string()),
  claims: v.record(v.string(), v.array(v.string())),
  scope: v.optional(v.array(v.string())),
  reusable: v.optional(v.boolean()),
});

/** Manages whose assertions are trusted. */
export type TrustStore = ReturnType<typeof trustStore>;
export const trustStore = (database: Database, table: string, now: () => number) =>
  registryStore(trusts, database, table, now);
