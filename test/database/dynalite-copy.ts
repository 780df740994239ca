import { createRequire } from 'node:module';
import type { WireCall, WireReply } from '../explorer/tables-in-memory.ts';
import { type Parser, rememberParsed } from './parsed-expressions.ts';

/*
 * The validations and actions of dynalite, without its server and its LevelDB: they work on any store that answers their callbacks.
 * A copy of the modules, because the parsers of this one remember: those that the embedded database uses stay as they are.
 */

export type Callback<Value> = (error?: unknown, value?: Value) => void;
type Json = Record<string, unknown>;

type Action = (store: object, request: Json, done: Callback<Json>) => void;

type Validations = {
  checkTypes: (request: Json, types: object) => Json;
  checkValidations: (request: Json, types: object, custom: unknown, store: object) => void;
};

const load = createRequire(import.meta.url);

/** What the tests and the product ask of DynamoDB. */
const operations = [
  'CreateTable',
  'DescribeTable',
  'ListTables',
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchGetItem',
  'BatchWriteItem',
  'Query',
  'Scan',
];

const fileOf = (operation: string): string => `${operation.slice(0, 1).toLowerCase()}${operation.slice(1)}`;

const isOfDynalite = (file: string): boolean => /[\\/]node_modules[\\/]dynalite[\\/]/.test(file);

/** Loads the modules anew, and leaves what was loaded before to whoever has it. */
function loadCopy() {
  const before = Object.entries(load.cache).filter(([file]) => isOfDynalite(file));
  for (const [file] of before) delete load.cache[file];
  for (const name of ['update', 'condition', 'projection']) rememberParsed(load(`dynalite/db/${name}Parser`) as Parser);
  const validations = load('dynalite/validations') as Validations;
  const parts = operations.map((operation) => {
    const validation = load(`dynalite/validations/${fileOf(operation)}`) as { types: object; custom?: unknown };
    return [operation, { ...validation, act: load(`dynalite/actions/${fileOf(operation)}`) as Action }] as const;
  });
  for (const file of Object.keys(load.cache).filter(isOfDynalite)) delete load.cache[file];
  Object.assign(load.cache, Object.fromEntries(before));
  return { validations, parts: new Map(parts) };
}

const { validations, parts } = loadCopy();

/** An error of dynalite that has the answer of DynamoDB. */
type Told = { statusCode?: number; body?: object };

const refused = (reason: string): WireReply => ({
  status: 400,
  body: JSON.stringify({ __type: `com.amazon.coral.service#${reason}` }),
});

/** Answers a call as the server of dynalite does: the same checks, the same action, the same answers. */
export async function answerCall(store: object, { operation, body }: WireCall): Promise<WireReply> {
  const part = parts.get(operation);
  if (part === undefined) return refused('UnknownOperationException');
  const request = parseJson(body);
  if (request === undefined) return refused('SerializationException');
  try {
    const checked = validations.checkTypes(request, part.types);
    validations.checkValidations(checked, part.types, part.custom, store);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    part.act(store, checked, (error, output) => (error ? reject(error) : resolve(JSON.stringify(output))));
    return { status: 200, body: await promise };
  } catch (error) {
    const { statusCode, body: told } = error as Told;
    if (statusCode === undefined) throw error;
    return { status: statusCode, body: JSON.stringify(told) };
  }
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
