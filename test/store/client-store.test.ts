import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../shared/aws/dynamodb.ts';
import { type ClientStore, clientReader, clientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { freshTables } from './store.ts';

let database: Database;
let table: string;
let store: ClientStore;

beforeAll(async () => {
  const fresh = await freshTables();
  database = fresh.database;
  table = fresh.tables.clients;
  store = clientStore(database, table);
});

async function client(registration: object): Promise<RegisteredClient> {
  const parsed = await parseRegistration({ redirect_uris: ['https://app.example/cb'], ...registration });
  if (!parsed.ok) throw new Error(`${parsed.refusal.member} ${parsed.refusal.problem}`);
  return parsed.value;
}

const confidential = { client_secret: 'a-secret-of-more-than-thirty-two-characters' };

test('a client comes back as it was put', async () => {
  const put = await client({
    client_id: 'round-trip',
    client_name: 'Round trip',
    scope: 'openid api',
    ...confidential,
  });
  await store.put(put);
  expect(await store.find('round-trip')).toEqual(put);
});

test('a client nobody put is undefined', async () => {
  expect(await store.find('nobody')).toBeUndefined();
});

test('H11: a change is seen by readers within 30 seconds', async () => {
  let now = 1_000;
  const reader = clientReader(database, table, () => now);
  const original = await client({ client_id: 'tightened', pkce_policy: 'any' });
  await store.put(original);
  expect((await reader.find('tightened'))?.pkce.policy).toBe('any');
  await store.put({ ...original, pkce: { policy: 'S256' } });
  now += 30;
  expect((await reader.find('tightened'))?.pkce.policy).toBe('S256');
});

test('H9: a record that cannot be understood throws; it never becomes a client without PKCE', async () => {
  await store.put(await client({ client_id: 'broken' }));
  await database.update({
    TableName: table,
    Key: { pk: 'client#broken', sk: 'record' },
    UpdateExpression: 'SET pkce.#policy = :off',
    ExpressionAttributeNames: { '#policy': 'policy' },
    ExpressionAttributeValues: { ':off': 'off' },
  });
  await expect(clientReader(database, table, () => 0).find('broken')).rejects.toThrow();
});

test('PK10: only S256 is in force while no client may use less, and plain from the moment one may', async () => {
  const { database: own, tables } = await freshTables();
  const ownStore = clientStore(own, tables.clients);
  const inForce = () => clientReader(own, tables.clients, () => 0).policiesInForce();
  await ownStore.put(await client({ client_id: 'strict' }));
  expect(await inForce()).toEqual(['S256']);
  await ownStore.put(await client({ client_id: 'legacy', pkce_policy: 'none', ...confidential }));
  expect(await inForce()).toEqual(['S256', 'none']);
  await ownStore.put(await client({ client_id: 'legacy', pkce_policy: 'S256', ...confidential }));
  expect(await inForce()).toEqual(['S256']);
});
