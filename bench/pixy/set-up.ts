import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { createTables } from '../../infra/local/create-tables.ts';
import { type Database, openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { accountKey } from '../../shared/people/standing-store.ts';
import type { Target } from '../load/flows.ts';
import { type Algorithm, credentials, pixyEnvironment, redirectUri, tables } from './environment.ts';

/** Returns the original SDK's client for an endpoint that takes any signature. */
export const databaseClient = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: credentials.AWS_REGION,
    credentials: { accessKeyId: credentials.AWS_ACCESS_KEY_ID, secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY },
  });

/**
 * Creates what a first sign-in leaves behind: tables, a key, a public client with refresh tokens and people with a session
 * each. Returns the cookies of the sessions.
 */
export async function setUpDatabase(
  endpoint: string,
  algorithm: Algorithm,
  wrappingKey: string,
  people = 1,
): Promise<string[]> {
  const client = databaseClient(endpoint);
  await createTables(client, tables);
  return setUp(openDatabase(client), pixyEnvironment('http://localhost', algorithm, wrappingKey), people);
}

/** Does the same in a database that already has its tables. */
export async function setUp(database: Database, environment: Record<string, string>, people = 1): Promise<string[]> {
  const runtime = { ...openRuntime(environment, { writeLine: () => {} }), database };
  await composeRotateKeys(runtime)();
  const registration = await parseRegistration({
    client_id: 'bench',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email',
    first_party: true,
  });
  if (!registration.ok) throw new Error(registration.refusal.problem);
  await clientStore(database, tables.clients, runtime.now).put('bench', registration.value, { by: 'bench', why: '' });
  const { sessionLifetime: lifetime, sessionIdleLifetime: idleLifetime } = runtime.config;
  const sessions = sessionStore(database, tables.people);
  return Promise.all(
    Array.from({ length: people }, async (_, index) => {
      const account = { sub: `person-${index}`, claims: {}, epoch: 0 };
      await database.put({ TableName: tables.people, Item: { ...accountKey(account.sub), ...account } });
      const start = {
        sub: account.sub,
        epoch: account.epoch,
        amr: ['pwd'],
        now: runtime.now(),
        lifetime,
        idleLifetime,
      };
      return `pixy_session=${await sessions.start(start)}`;
    }),
  );
}

export const pixyTarget = (port: number, cookie: string): Target => ({
  port,
  authorize: '/authorize',
  token: '/token',
  clientId: 'bench',
  redirectUri,
  scope: 'openid profile email',
  cookie,
});
