import * as v from 'valibot';
import type { Database } from '../aws/dynamodb.ts';
import { type Kind, registryStore } from './registry-store.ts';

/*
 * The types of authorization details (RFC 9396 §2.1) lie beside the registered APIs. No resource begins with `details#`.
 */

/** A type of authorization details: which members it has, and what people read about them. */
export type DetailType = {
  type: string;
  /** A JSON Schema (2020-12) that every element of this type matches. */
  schema: Readonly<Record<string, unknown>>;
  /** A sentence with the names of members in braces, for the consent page, in languages that have none of their own. */
  description: string;
  /** The same by language tag (BCP 47). */
  descriptions?: Readonly<Record<string, string>> | undefined;
};

export const detailTypeDocument = ({ type, schema, description, descriptions }: DetailType) => ({
  type,
  schema,
  description,
  ...(descriptions !== undefined && { descriptions }),
});

export const detailTypes: Kind<DetailType> = {
  logAs: 'detailType',
  attributes: ['type', 'schema', 'description', 'descriptions'],
  sortKey: (type) => `details#${type}`,
  document: detailTypeDocument,
  parse: (item) => v.parse(record, item),
};

const record = v.object({
  type: v.string(),
  schema: v.record(v.string(), v.unknown()),
  description: v.string(),
  descriptions: v.optional(v.record(v.string(), v.string())),
});

/** Manages the registered types. */
export type DetailTypeStore = ReturnType<typeof detailTypeStore>;
export const detailTypeStore = (database: Database, table: string, now: () => number) =>
  registryStore(detailTypes, database, table, now);
