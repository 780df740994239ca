import { describe, expect, test } from 'vitest';
import type { Call, Operation } from '../../functions/admin/operation.ts';
import { patchClient, removeClient } from '../../functions/admin/operations/clients.ts';
import { setPolicy } from '../../functions/admin/operations/policy.ts';
import { rollBack } from '../../functions/admin/operations/roll-back.ts';
import { grantWaiver } from '../../functions/admin/operations/waiver.ts';
import { apiStore, scopeStore } from '../../shared/apis/api-store.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { type ClientStore, clientStore } from '../../shared/clients/client-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { startTestServer, tables } from '../support/server.ts';
import { type Json, managementToken, manager, robot } from './admin.ts';

const server = await startTestServer({ clients: [robot] });
const manage = manager(server, await managementToken(server));
const redirect_uris = ['https://app.example/callback'];
const policy = (changes: Json = {}) => ({ default: 'S256', floor: 'none', mode: 'enforce', ...changes });

const changes: [method: string, path: string, body?: Json][] = [
  ['PATCH', '/clients/app', { client_name: 'x' }],
  ['DELETE', '/clients/app'],
  ['POST', '/clients/app/secrets'],
  ['DELETE', '/clients/app/secrets'],
  ['PUT', '/clients/app/waiver', { owner: 'a', reason: 'b', until: '2027-03-01' }],
  ['DELETE', '/clients/app/waiver'],
  ['PUT', '/policy', policy({ floor: 'any' })],
];

await manage('POST', '/clients', { body: { client_id: 'app', redirect_uris } });

describe.each(changes)('%s %s', (method, path, body) => {
  test('is refused without If-Match: 428', async () => {
    const { status, json } = await manage(method, path, { body });
    expect({ status, reason: json.reason }).toEqual({ status: 428, reason: 'precondition_required' });
  });

  test.each(['"99"', 'W/"1"', '"1x"', '""', '"99", "98"'])('is refused for another version: %s', async (ifMatch) => {
    const { status, json } = await manage(method, path, { body, ifMatch });
    expect({ status, reason: json.reason }).toEqual({ status: 412, reason: 'precondition_failed' });
  });

  test.each(['1', '"1', '1"', '"1" "2"', '*, "1"', ','])('is refused for a malformed header: %s', async (ifMatch) => {
    const { status, json } = await manage(method, path, { body, ifMatch });
    expect({ status, reason: json.reason }).toEqual({ status: 400, reason: 'header_invalid' });
    expect(json.errors[0].header).toBe('If-Match');
  });
});

test('nothing of that was written', async () => {
  expect((await manage('GET', '/clients/app')).etag).toBe('"1"');
  expect((await manage('GET', '/policy')).etag).toBe('"0"');
});

describe('two admins who change the same thing at once', () => {
  /** Everybody reads the same version and writes at the same moment. */
  async function race(path: string, method: string, bodies: Json[]) {
    const { etag } = await manage('GET', path);
    return Promise.all(bodies.map((body) => manage(method, path, { body, ifMatch: etag })));
  }

  test('of a client: one wins, the other one gets 412, and nothing of the first is lost', async () => {
    for (let round = 0; round < 5; round += 1) {
      // Each body is a change in every round: one that changes nothing is answered without a write.
      const bodies = [{ client_name: `name ${round}` }, { redirect_uris: [`https://app.example/${round}`] }];
      const before = (await manage('GET', '/clients/app')).json;
      const answers = await race('/clients/app', 'PATCH', bodies);
      expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '412']);
      const after = (await manage('GET', '/clients/app')).json;
      const won = bodies[answers.findIndex(({ status }) => status === 200)];
      expect(after).toMatchObject({ ...won, version: before.version + 1 });
    }
  });

  test('of a client, ten at once: one wins, and the log has one entry for it', async () => {
    const before = (await manage('GET', '/policy/log?client=app&limit=100')).json.changes.length;
    const answers = await race(
      '/clients/app',
      'PATCH',
      Array.from({ length: 10 }, (_, n) => ({ client_name: `n ${n}` })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(9);
    expect((await manage('GET', '/policy/log?client=app&limit=100')).json.changes).toHaveLength(before + 1);
  });

  test('of the global policy, also when it was never set before', async () => {
    const answers = await race('/policy', 'PUT', [policy({ floor: 'any' }), policy({ floor: 'S256' })]);
    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '412']);
    const won = answers.find(({ status }) => status === 200);
    expect((await manage('GET', '/policy')).json).toMatchObject({ floor: won?.json.floor, version: 1 });
  });

  test('who add the same client: one gets it with its secret, the other one a conflict', async () => {
    const body = { client_id: 'twin', redirect_uris, token_endpoint_auth_method: 'client_secret_basic' };
    const answers = await Promise.all([1, 2, 3].map(() => manage('POST', '/clients', { body })));
    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['201', '409', '409']);
    expect(answers.filter(({ json }) => json.client_secret)).toHaveLength(1);
  });

  test('one of whom removes it', async () => {
    const [removed, changed] = await Promise.all([
      manage('DELETE', '/clients/twin', { ifMatch: '"1"' }),
      manage('PATCH', '/clients/twin', { ifMatch: '"1"', body: { client_name: 'x' } }),
    ]);
    expect([removed.status, changed.status].filter((status) => status === 200)).toHaveLength(1);
  });

  test('with If-Match: *, which gives way to nobody that it did not see', async () => {
    // Both are changes: one that changes nothing is answered without a write, however the other one went.
    const bodies = [{ client_name: 'star' }, { redirect_uris: ['https://app.example/star'] }];
    const answers = await Promise.all(bodies.map((body) => manage('PATCH', '/clients/app', { body, ifMatch: '*' })));
    const { json } = await manage('GET', '/clients/app');
    const won = bodies.filter((_, index) => answers[index]?.status === 200);
    expect(won.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(bodies.length - won.length);
    expect(json).toMatchObject(Object.assign({}, ...won));
  });
});

test('the loser reads again, decides again, and gets through', async () => {
  const { etag } = await manage('GET', '/clients/app');
  await manage('PATCH', '/clients/app', { body: { client_name: 'first' }, ifMatch: etag });
  const late = await manage('PATCH', '/clients/app', { body: { pkce_policy: 'any' }, ifMatch: etag });
  expect(late.status).toBe(412);
  const fresh = await manage('GET', '/clients/app');
  const again = await manage('PATCH', '/clients/app', { body: { pkce_policy: 'any' }, ifMatch: fresh.etag });
  expect(again.json).toMatchObject({ client_name: 'first', pkce_policy: 'any' });
});

describe('somebody who writes right after the version was read', () => {
  const store = clientStore(openDatabase(), tables.clients, server.clock.now);

  /** The store, with a write of another admin behind the first read of what is about to be changed. */
  function interrupted(other: () => Promise<unknown>): ClientStore {
    let isFirst = true;
    const thenOther = async <Value>(value: Value): Promise<Value> => {
      if (isFirst) {
        isFirst = false;
        await other();
      }
      return value;
    };
    return {
      ...store,
      findVersion: async (clientId) => thenOther(await store.findVersion(clientId)),
      policyVersion: async () => thenOther(await store.policyVersion()),
    };
  }

  const perform = (operation: Operation, name: string, body: Json, clients: ClientStore) => {
    const author = { by: 'slower', why: '' };
    const call: Call = { name, body, author, mayDelegate: false, query: {}, ifMatch: '*', now: server.clock.now() };
    const accounts = accountStore(openDatabase(), tables.people);
    const apis = apiStore(openDatabase(), tables.clients, server.clock.now);
    const scopes = scopeStore(openDatabase(), tables.clients, server.clock.now);
    const sessions = sessionStore(openDatabase(), tables.people);
    const people = { accounts, sessions, endListed: sessions.endListed, logAccount: async () => undefined };
    return operation.perform(call, { clients, apis, scopes, ...people, now: server.clock.now });
  };

  const rename = async (client_name: string) =>
    manage('PATCH', '/clients/app', { body: { client_name }, ifMatch: '*', token: await managementToken(server) });

  test.each([
    [patchClient, { pkce_policy: 'S256' }],
    [removeClient, {}],
    [grantWaiver, { owner: 'a', reason: 'b', until: '2027-03-01' }],
  ] as const)('of a client wins over $0.id', async (operation, body) => {
    const clients = interrupted(() => rename(`in between ${operation.id}`));
    expect(await perform(operation, 'app', body, clients)).toMatchObject({
      ok: false,
      refusal: { refusal: { reason: 'precondition_failed' } },
    });
    expect(await store.find('app')).toMatchObject({ clientName: `in between ${operation.id}` });
  });

  test('of a client wins over a rollback', async () => {
    await rename('rolled back');
    const [change] = await store.changes(1, 'app');
    const clients = interrupted(() => store.put('app', undefined, { by: 'other', why: '' }));
    expect(await perform(rollBack, change?.id ?? '', {}, clients)).toMatchObject({ ok: false });
    expect(await store.find('app')).toBeUndefined();
  });

  test('of the policy wins over another one', async () => {
    const other = policy({ floor: 'any', mode: 'report' });
    const clients = interrupted(() => store.putPolicy(other, { by: 'other', why: '' }));
    expect(await perform(setPolicy, '', policy({ default: 'any' }), clients)).toMatchObject({
      ok: false,
      refusal: { refusal: { reason: 'precondition_failed' } },
    });
    expect(await store.policy()).toEqual(other);
  });
});
