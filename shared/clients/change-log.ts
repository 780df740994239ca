import type { Database, Item } from '../aws/dynamodb.ts';
import { type Change, changeId } from './change.ts';
import { changeKey } from './records.ts';

/** Describes a change about to be made. `at` is in epoch seconds; `version` is the version its record will have. */
export const newChange = (change: Omit<Change, 'id'>, version: number): Change => ({
  id: changeId(change.at, version),
  ...change,
});

/** A change as an item of the log. */
export const logItem = (change: Change): Item => ({ ...changeKey(change.id), ...change });

/** Copies a change into the log. Idempotent. */
export const logChange = (database: Database, table: string, change: Change): Promise<void> =>
  database.put({ TableName: table, Item: logItem(change) });
