import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { clientDefaults } from '../../shared/aws/dynamodb.ts';
import { localTableNames } from './create-tables.ts';

/*
 * `dynamodb.json` in a data folder tells where the server running on it has its database. A killed server leaves the file behind,
 * and another process may listen at that address by now. So the file also names the database, and is trusted only when that very
 * database answers.
 */

const announcement = v.object({ endpoint: v.string(), issuer: v.string(), database: v.string() });

export type RunningServer = v.InferOutput<typeof announcement>;

const fileOf = (folder: string): string => join(folder, 'dynamodb.json');

/** The embedded database takes any credentials and any signature, so none is computed. */
export const localConnection = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  signer: {
    sign: async <Request extends { headers: Record<string, string> }>(request: Request): Promise<Request> => {
      const authorization = 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none';
      return { ...request, headers: { ...request.headers, authorization, 'x-amz-date': '20000101T000000Z' } };
    },
  },
} satisfies DynamoDBClientConfig;

/** Writes the file. Returns a function that removes it again. */
export async function announceServer(
  folder: string,
  { endpoint, issuer }: Pick<RunningServer, 'endpoint' | 'issuer'>,
): Promise<() => Promise<void>> {
  const database = await databaseAt(endpoint, {});
  const text = `${JSON.stringify({ endpoint, issuer, database })}\n`;
  await writeFile(fileOf(folder), text, { mode: 0o600 });
  return async () => {
    const current = await readFile(fileOf(folder), 'utf8').catch(() => undefined);
    if (current === text) await rm(fileOf(folder), { force: true });
  };
}

/** Returns the server that is running on the folder, if any. */
export async function findRunningServer(folder: string): Promise<RunningServer | undefined> {
  const announced = await readAnnouncement(folder);
  if (announced === undefined) return undefined;
  const database = await databaseAt(announced.endpoint, { ...localConnection, maxAttempts: 1 }).catch(() => undefined);
  return database === announced.database ? announced : undefined;
}

async function readAnnouncement(folder: string): Promise<RunningServer | undefined> {
  try {
    const parsed = v.safeParse(announcement, JSON.parse(await readFile(fileOf(folder), 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Returns what identifies a database: the id that its Clients table got on creation. */
async function databaseAt(
  endpoint: string,
  connection: ConstructorParameters<typeof DynamoDBClient>[0],
): Promise<string> {
  const client = new DynamoDBClient({ ...clientDefaults, endpoint, ...connection });
  try {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: localTableNames.clients }));
    return table?.TableId ?? table?.CreationDateTime?.toISOString() ?? '';
  } finally {
    client.destroy();
  }
}
