import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createTables, localTableNames } from '../infra/local/create-tables.ts';
import { openDataFolder } from '../infra/local/data-folder.ts';
import { findRunningServer, localConnection } from '../infra/local/running-server.ts';
import { scopeStore } from '../shared/apis/api-store.ts';
import { batches } from '../shared/aws/batches.ts';
import { clientDefaults, openDatabase } from '../shared/aws/dynamodb.ts';
import { type TableName, tableDefinitions } from '../shared/aws/tables.ts';
import { clientStore } from '../shared/clients/client-store.ts';
import { awsTrouble } from './aws-trouble.ts';
import { Failure, wrongUsage } from './failure.ts';
import type { Opened, Place, Wanted } from './place.ts';
import { scanTable } from './scan-table.ts';

type Closable = Opened & { close(): Promise<void> };
type TableNames = Partial<Record<TableName, string>>;

/** Opens the stores of a place. Rejects with one sentence that says what to do. */
export async function openStores(wanted: Exclude<Wanted, { kind: 'server' }>, now: () => number): Promise<Closable> {
  if (wanted.kind === 'local') return openFolder(resolve(wanted.folder), now);
  if (wanted.kind === 'tables') return openTables({ kind: 'tables' }, wanted.tables, {}, now);
  const { tables, issuer } = await findStage(wanted.stage);
  return openTables({ kind: 'stage', stage: wanted.stage, ...(issuer !== undefined && { issuer }) }, tables, {}, now);
}

/** Opens a data folder through the server that is running on it, or else directly. */
async function openFolder(folder: string, now: () => number): Promise<Closable> {
  if (!existsSync(folder)) {
    throw new Failure(`There is no data folder ${folder}: create it, or start the server on it first.`);
  }
  openDataFolder(folder);
  const running = await findRunningServer(folder);
  if (running) {
    const { endpoint, issuer } = running;
    return openTables({ kind: 'local', folder, issuer }, localTableNames, { endpoint, ...localConnection }, now);
  }
  const { startEmbeddedDynamoDB } = await import('../infra/local/embedded-dynamodb.ts');
  const embedded = await startEmbeddedDynamoDB(join(folder, 'dynamodb'));
  const connection = { endpoint: embedded.endpoint, ...localConnection };
  try {
    await createMissingTables(connection);
  } catch (error) {
    await embedded.close();
    throw error;
  }
  const opened = openTables({ kind: 'local', folder }, localTableNames, connection, now, callsToEmbedded);
  return {
    ...opened,
    isAlone: true,
    close: async () => {
      // Closed in this order, so that pending requests are answered.
      await embedded.close();
      await opened.close();
    },
  };
}

async function createMissingTables(connection: DynamoDBClientConfig): Promise<void> {
  const client = new DynamoDBClient(connection);
  await createTables(client, localTableNames);
  client.destroy();
}

/** A database in this process answers no faster when many calls wait for it, and all of them take memory. */
const callsToEmbedded = 4;

function openTables(
  place: Place,
  names: TableNames,
  connection: DynamoDBClientConfig,
  now: () => number,
  together?: number,
): Closable {
  const client = new DynamoDBClient({ ...clientDefaults, ...connection });
  // It copies what goes in and out of every call, for a log that nobody writes.
  client.middlewareStack.remove('loggerMiddleware');
  const database = openDatabase(client);
  const table = (name: TableName): string => {
    const found = names[name];
    if (found === undefined) throw wrongUsage(`Also name the ${name} table: --table ${name}=NAME.`);
    return found;
  };
  return {
    place,
    database,
    batches: batches(client, together),
    isAlone: false,
    table,
    scan: (name, scan) => scanTable(client, table(name), scan),
    clients: clientStore(database, table('clients'), now),
    scopes: scopeStore(database, table('clients'), now),
    close: async () => client.destroy(),
  };
}

/** Reads the table names and the issuer of a stage from the parameters that its stacks write. */
async function findStage(stage: string): Promise<{ tables: TableNames; issuer: string | undefined }> {
  const prefix = `/pixy/${stage}/`;
  const tableNames = Object.keys(tableDefinitions) as TableName[];
  const values = await readParameters([`${prefix}issuer`, ...tableNames.map((name) => `${prefix}tables/${name}`)]);
  const tables = Object.fromEntries(tableNames.map((name) => [name, values.get(`${prefix}tables/${name}`)]));
  if (tables['clients'] === undefined) {
    throw new Failure(
      `There is no parameter ${prefix}tables/clients in this account and region: is stage ${stage} deployed elsewhere?`,
    );
  }
  return { tables, issuer: values.get(`${prefix}issuer`) };
}

export async function readParameters(names: string[]): Promise<Map<string, string>> {
  const client = new SSMClient({});
  try {
    const { Parameters: found = [] } = await client.send(new GetParametersCommand({ Names: names }));
    return new Map(found.flatMap(({ Name, Value }) => (Name && Value ? [[Name, Value]] : [])));
  } catch (error) {
    throw new Failure(`The parameters of the stage cannot be read: ${awsTrouble(error)}`);
  } finally {
    client.destroy();
  }
}

/** Returns the caller's ARN for the change log. Fails when AWS does not tell. */
export async function nameAwsCaller(): Promise<string> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({});
  try {
    const { Arn: arn } = await client.send(new GetCallerIdentityCommand({}));
    if (arn !== undefined) return arn;
    throw new Error('AWS did not return it');
  } catch (error) {
    throw new Failure(`Your AWS identity cannot be determined, so name yourself with --by NAME: ${awsTrouble(error)}`);
  } finally {
    client.destroy();
  }
}
