import type { Database, Item } from '../shared/aws/dynamodb.ts';
import type { TableName } from '../shared/aws/tables.ts';
import type { ClientStore } from '../shared/clients/client-store.ts';
import type { Scan } from './scan-table.ts';

/** What the options ask for, before anything is opened. */
export type Wanted =
  | { kind: 'local'; folder: string }
  | { kind: 'stage'; stage: string }
  | { kind: 'tables'; tables: Partial<Record<TableName, string>> };

/** Where a command works. `issuer` where it is known: of the running server, or of the deployed stage. */
export type Place =
  | { kind: 'local'; folder: string; issuer?: string }
  | { kind: 'stage'; stage: string; issuer?: string }
  | { kind: 'tables' };

/** The stores of one place, open. */
export type Opened = {
  place: Place;
  clients: ClientStore;
  database: Database;
  /** What a table is called there. Fails when `--table` did not say it. */
  table: (name: TableName) => string;
  /** Every item of a table that fits. */
  scan: (name: TableName, scan: Scan) => AsyncIterable<Item>;
};
