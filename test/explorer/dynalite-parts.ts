import { createRequire } from 'node:module';
import type { describeTable } from '../../infra/local/create-tables.ts';

/*
 * The parts of dynalite that parse expressions and evaluate them, without its server and its LevelDB. They work on any store that
 * answers their callbacks, and at once if it does.
 */

/** An attribute value as DynamoDB sends it: `{ S: 'text' }`. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type StoredItem = Readonly<Record<string, AttributeValue>>;

type Callback<Value> = (error?: unknown, value?: Value) => void;

/** Where dynalite keeps items. */
export type DynaliteStore = {
  options: { maxItemSize: number };
  getTable: (name: string, done: Callback<ReturnType<typeof describeTable>>) => void;
  getItemDb: (table: string) => {
    lock: (key: string, run: (release: <Done>(done: Done) => Done) => void) => void;
    get: (key: string, done: Callback<StoredItem>) => void;
    put: (key: string, item: StoredItem, done: Callback<void>) => void;
    del: (key: string, done: Callback<void>) => void;
  };
  getIndexDb: () => {
    put: (key: string, item: StoredItem, done: Callback<void>) => void;
    del: (key: string, done: Callback<void>) => void;
  };
};

type Condition = { ComparisonOperator: string; AttributeValueList: AttributeValue[] };

/** A request with its expressions parsed. */
type ParsedRequest = Record<string, unknown> & {
  _projection?: { paths: unknown };
  KeyConditions?: Record<string, Condition>;
};

type Validation = { types: object; custom?: (request: object) => string | undefined };
type Action = (store: DynaliteStore, request: ParsedRequest, done: Callback<Record<string, unknown>>) => void;

const load = createRequire(import.meta.url);
const { checkTypes, checkValidations } = load('dynalite/validations') as {
  checkTypes: (request: object, types: object) => ParsedRequest;
  checkValidations: (request: object, types: object, custom: unknown, store: DynaliteStore) => void;
};
const db = load('dynalite/db') as { compare: (operator: string, value: unknown, others: unknown) => boolean };

const parts = new Map<string, unknown>();

function part<Part>(name: string): Part {
  if (!parts.has(name)) parts.set(name, load(name));
  return parts.get(name) as Part;
}

/** Whether an attribute is as a key condition asks for. */
export const isAsAsked = (value: AttributeValue | undefined, asked: Condition): boolean =>
  db.compare(asked.ComparisonOperator, value, asked.AttributeValueList);

/** Parses a request. Throws with the message of DynamoDB for one that is not valid. */
export function parseRequest(operation: string, request: object, store: DynaliteStore): ParsedRequest {
  const { types, custom } = part<Validation>(`dynalite/validations/${fileOf(operation)}`);
  const parsed = checkTypes(structuredClone(request), types);
  checkValidations(parsed, types, custom, store);
  return parsed;
}

/** Does what a parsed request asks for, at once. Throws the error of DynamoDB. */
export function act(operation: string, request: ParsedRequest, store: DynaliteStore): Record<string, unknown> {
  const action = part<Action>(`dynalite/actions/${fileOf(operation)}`);
  let outcome: { error: unknown; value: Record<string, unknown> } | undefined;
  action(store, request, (error, value = {}) => {
    outcome = { error, value };
  });
  if (outcome === undefined) throw new Error(`${operation} was not answered at once`);
  if (outcome.error) throw outcome.error;
  return outcome.value;
}

const fileOf = (operation: string): string => `${operation.slice(0, 1).toLowerCase()}${operation.slice(1)}`;
