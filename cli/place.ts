import type { ScopeStore } from '../shared/apis/api-store.ts';
import type { ScopeExplanation } from '../shared/apis/explain-scope.ts';
import type { Batches } from '../shared/aws/batches.ts';
import type { Database, Item } from '../shared/aws/dynamodb.ts';
import type { TableName } from '../shared/aws/tables.ts';
import type { ClientStore } from '../shared/clients/client-store.ts';
import type { Scan } from './scan-table.ts';

/** The place that the options name, before anything is opened. */
export type Wanted =
  | { kind: 'local'; folder: string }
  | { kind: 'stage'; stage: string }
  | { kind: 'server'; issuer: string }
  | { kind: 'tables'; tables: Partial<Record<TableName, string>> };

/** Where a command works. `issuer` is that of the running server or the deployed stage, if known. */
export type Place =
  | { kind: 'local'; folder: string; issuer?: string }
  | { kind: 'stage'; stage: string; issuer?: string }
  | { kind: 'server'; issuer: string }
  | { kind: 'tables' };

/** The open stores of a place. */
export type Opened = {
  place: Place;
  clients: ClientStore;
  scopes: ScopeStore;
  /** What the server says about the scope of a request, where the registered APIs cannot be read. */
  explainScopeThere?: (clientId: string, scope: string | undefined) => Promise<ScopeExplanation>;
  /** The secret that the server made for a client, where it makes them. */
  madeSecret?: (clientId: string) => string | undefined;
  database: Database;
  /** Reads and writes of many items, for imports. */
  batches: Batches;
  /** Whether nobody else can write to the database: the data folder is locked for this process. */
  isAlone: boolean;
  /** Returns the name of a table. Fails when `--table` does not give it. */
  table: (name: TableName) => string;
  /** Yields every matching item of a table. */
  scan: (name: TableName, scan: Scan) => AsyncIterable<Item>;
};
