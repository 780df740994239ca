import type { Database } from '../aws/dynamodb.ts';
import { type Change, changeId } from './change.ts';
import { changeKey } from './records.ts';

/** A change that is about to be made at `at` (epoch seconds); `version` is what its record will have. */
export const newChange = (change: Omit<Change, 'id'>, version: number): Change => ({
  id: changeId(change.at, version),
  ...change,
});

/** Copies a change into the log. Doing it again changes nothing. */
export const logChange = (database: Database, table: string, change: Change): Promise<void> =>
  database.put({ TableName: table, Item: { ...changeKey(change.id), ...change } });
