import { describe, expect, test } from 'vitest';
import { clientReader } from '../../shared/clients/client-reader.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { markReader } from '../../shared/clients/mark-reader.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { freshTables } from './store.ts';

const at = 1_700_000_000;
const author = { by: 'ada', why: 'a test' };

const { database, tables } = await freshTables();
const table = tables.clients;
const store = clientStore(database, table, () => at);
const [forPages, forPolicies] = [await freshTables(), await freshTables()];

async function client(registration: object): Promise<RegisteredClient> {
  const parsed = await parseRegistration({ redirect_uris: ['https://app.example/cb'], ...registration });
  if (!parsed.ok) throw new Error(`${parsed.refusal.member} ${parsed.refusal.problem}`);
  return parsed.value;
}

const put = (value: RegisteredClient, into = store) => into.put(value.clientId, value, author);
const confidential = { client_secret: 'a-secret-of-more-than-thirty-two-characters' };

describe('a client', () => {
  test('comes back as it was put', async () => {
    const made = await client({
      client_id: 'round-trip',
      client_name: 'Round trip',
      scope: 'openid api',
      ...confidential,
    });
    await put(made);
    expect(await store.find('round-trip')).toEqual({ ...made, since: expect.stringMatching(/^\d+-[0-9a-f]{12}$/) });
  });

  test('that nobody put is undefined', async () => {
    expect(await store.find('nobody')).toBeUndefined();
  });

  test('that was removed is undefined, and is in no list', async () => {
    await put(await client({ client_id: 'removed' }));
    await store.put('removed', undefined, author);
    expect(await store.find('removed')).toBeUndefined();
    expect((await store.list()).items.map(({ value }) => value.clientId)).not.toContain('removed');
  });

  test('H11: is seen changed by readers within 30 seconds', async () => {
    let now = 1_000;
    const reader = clientReader(database, table, () => now);
    const original = await client({ client_id: 'tightened', pkce_policy: 'any' });
    await put(original);
    expect((await reader.find('tightened'))?.pkce.policy).toBe('any');
    await put({ ...original, pkce: { policy: 'S256' } });
    now += 30;
    expect((await reader.find('tightened'))?.pkce.policy).toBe('S256');
  });

  test('that registered itself in another region is known to every reader as soon as its copy comes', async () => {
    const readers = [
      clientReader(database, table, () => 1_000).findRegistered,
      markReader(database, table, () => 1_000),
    ];
    for (const find of readers) expect(await find('dcr-late')).toBeUndefined();
    await put(await client({ client_id: 'dcr-late' }));
    for (const find of readers) expect(await find('dcr-late')).toBeDefined();
  });

  test('H9: whose record cannot be understood throws; it never becomes a client without PKCE', async () => {
    await put(await client({ client_id: 'broken' }));
    await database.update({
      TableName: table,
      Key: { pk: 'client#broken', sk: 'record' },
      UpdateExpression: 'SET #value.pkce.#policy = :off',
      ExpressionAttributeNames: { '#value': 'value', '#policy': 'policy' },
      ExpressionAttributeValues: { ':off': 'off' },
    });
    await expect(clientReader(database, table, () => 0).find('broken')).rejects.toThrow(/Expected/);
  });
});

describe('two who write at once', () => {
  test('the second learns of the first and loses nothing', async () => {
    const original = await client({ client_id: 'contended' });
    expect(await put(original)).toEqual({ ok: true, value: 1 });
    await store.put('contended', { ...original, clientName: 'First' }, author, 1);
    const second = await store.put('contended', { ...original, clientName: 'Second' }, author, 1);
    expect(second).toEqual({ ok: false, refusal: { reason: 'changed_meanwhile', version: 2 } });
    expect((await store.find('contended'))?.clientName).toBe('First');
  });

  test('of ten at the same version exactly one wins, and the log has exactly that change', async () => {
    const original = await client({ client_id: 'raced' });
    await put(original);
    const names = Array.from({ length: 10 }, (_, index) => `Name ${index}`);
    const outcomes = await Promise.all(
      names.map((clientName) => store.put('raced', { ...original, clientName }, author, 1)),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const logged = await store.changes(100, 'raced');
    expect(logged.map(({ after }) => after)).toHaveLength(2);
  });
});

describe('the change log', () => {
  test('has who, when, before, after and why, and no secret', async () => {
    const made = await client({ client_id: 'logged', ...confidential });
    await put(made);
    await store.put('logged', { ...made, disabled: true }, { by: 'grace', why: 'incident 7' });
    const [change] = await store.changes(1, 'logged');
    expect(change).toMatchObject({
      by: 'grace',
      why: 'incident 7',
      at,
      client: 'logged',
      before: { disabled: false, secrets: 1 },
      after: { disabled: true, secrets: 1 },
    });
    expect(JSON.stringify(change)).not.toContain(made.secretHashes[0]);
  });

  test('gets an entry that a crash kept from it with the next change of the record', async () => {
    const made = await client({ client_id: 'crashed' });
    await put(made);
    const [first] = await store.changes(1, 'crashed');
    await database.remove({ TableName: table, Key: { pk: 'changes', sk: first?.id } });
    await store.put('crashed', { ...made, disabled: true }, author);
    expect((await store.changes(10, 'crashed')).map(({ id }) => id)).toContain(first?.id);
  });

  test('has the changes of the global policy, too', async () => {
    await store.putPolicy({ default: 'S256', floor: 'any', mode: 'enforce' }, { by: 'ada', why: 'audit finding' });
    const [change] = (await store.changes(100)).filter((entry) => entry.client === undefined);
    expect(change).toMatchObject({ before: { floor: 'none' }, after: { floor: 'any' }, why: 'audit finding' });
    expect(await store.policy()).toEqual({ default: 'S256', floor: 'any', mode: 'enforce' });
  });
});

test('lists clients by id, page by page', async () => {
  const ownStore = clientStore(forPages.database, forPages.tables.clients, () => at);
  for (const id of ['c', 'a', 'b']) await put(await client({ client_id: id }), ownStore);
  const first = await ownStore.list(2);
  expect(first.items.map(({ value }) => value.clientId)).toEqual(['a', 'b']);
  const second = await ownStore.list(2, first.next);
  expect(second.items.map(({ value }) => value.clientId)).toEqual(['c']);
  expect(second.next).toBeUndefined();
});

test('PK10: only S256 is in force while no client may use less, and plain from the moment one may', async () => {
  const { database: own, tables: ownTables } = forPolicies;
  const ownStore = clientStore(own, ownTables.clients, () => at);
  const inForce = () => clientReader(own, ownTables.clients, () => 0).policiesInForce();
  await put(await client({ client_id: 'strict' }), ownStore);
  expect(await inForce()).toEqual(['S256']);
  await put(await client({ client_id: 'legacy', pkce_policy: 'none', ...confidential }), ownStore);
  expect(await inForce()).toEqual(['S256', 'none']);
  await put(await client({ client_id: 'legacy', pkce_policy: 'S256', ...confidential }), ownStore);
  expect(await inForce()).toEqual(['S256']);
});
