import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { createTables, localTableNames } from '../../infra/local/create-tables.ts';
import { startServer } from '../../infra/local/server.ts';
import { batches } from '../../shared/aws/batches.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { send } from '../support/http.ts';
import { mobile, obtainTokens, portal, refresh } from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { startTestServer } from '../support/server.ts';

/* The restore of docs/operations.md: Clients, People and Keys of a moment in tables of other names, an empty Grants table, and the same key. */

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const issuer = 'https://sign-in.example.com';
const server = await startTestServer({ clients: [mobile, portal], issuer, environment: { PIXY_WRAPPING_KEY } });
const database = new DynamoDBClient({});
const restored = {
  grants: 'restored-grants',
  clients: 'restored-clients',
  people: 'restored-people',
  keys: 'restored-keys',
};

const person = await signedInPerson(server);
const before = await obtainTokens(server, person, mobile);

/** As DynamoDB restores: to new tables, what was in the old ones at this moment. */
await createTables(database, restored);
for (const table of ['clients', 'people', 'keys'] as const) {
  const items = (await batches(database).getAll(localTableNames[table], 10_000)) ?? expect.unreachable();
  await batches(database).put(restored[table], items);
}

// The mishap.
await clientStore(openDatabase(), localTableNames.clients, server.clock.now).put('portal', undefined, {
  by: 'ada',
  why: 'a mistake',
});
const { sub } =
  (await accountStore(openDatabase(), localTableNames.people).findByUsername('ada')) ?? expect.unreachable();

const started = await startServer({
  port: 0,
  issuer,
  data: 'memory',
  dynamodb: server.dynamodb,
  now: server.clock.now,
  writeLine: () => {},
  environment: {
    PIXY_WRAPPING_KEY,
    PIXY_GRANTS_TABLE: restored.grants,
    PIXY_CLIENTS_TABLE: restored.clients,
    PIXY_PEOPLE_TABLE: restored.people,
    PIXY_KEYS_TABLE: restored.keys,
  },
});
afterAll(() => started.close());
const deployed = { port: Number(new URL(started.address).port) };

/** The browser of before, at the deployment with the restored tables. */
function sameBrowser() {
  const browser = newPerson(deployed);
  for (const [name, value] of person.cookies) browser.cookies.set(name, value);
  return browser;
}

describe('D1: a deployment that adopts restored tables', () => {
  test('has the client that was removed by mistake, and people are still signed in', async () => {
    const tokens = await obtainTokens(deployed, sameBrowser(), portal);
    const keys = createLocalJWKSet(JSON.parse((await send(deployed.port, '/jwks')).body));
    const currentDate = new Date(server.clock.now() * 1_000);
    const { payload } = await jwtVerify(tokens.access_token ?? '', keys, { issuer, currentDate });
    expect(payload.sub).toBe(sub);
  });

  test('verifies what was signed before', async () => {
    const keys = createLocalJWKSet(JSON.parse((await send(deployed.port, '/jwks')).body));
    const currentDate = new Date(server.clock.now() * 1_000);
    expect((await jwtVerify(before.access_token ?? '', keys, { issuer, currentDate })).payload.sub).toBe(sub);
  });

  test('refuses refresh tokens of before, because the grants are gone, and people get new ones', async () => {
    expect((await refresh(deployed, mobile, before.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    const again = await obtainTokens(deployed, sameBrowser(), mobile);
    expect((await refresh(deployed, mobile, again.refresh_token)).status).toBe(200);
  });
});
