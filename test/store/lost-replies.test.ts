import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../shared/aws/dynamodb.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { lossyProxy } from './lossy-proxy.ts';
import { freshTables } from './store.ts';

const now = 1_700_000_000;
const times = { now, tokensExpireAt: now + 3_600 };

let proxy: Awaited<ReturnType<typeof lossyProxy>>;
const { database, tables } = await freshTables(async (endpoint) => {
  proxy = await lossyProxy(endpoint);
  return proxy.endpoint;
});

function newGrant() {
  const granted = { clientId: 'app', sub: 'somebody', epoch: 0, clientEpoch: 0, scope: [], resources: [] };
  return issueCode(
    {
      ...granted,
      redirectUri: 'https://app.example/cb',
      redirectUriSent: true,
      authTime: now,
      amr: ['pwd'],
      acr: '1fa',
    },
    [randomBytes(32)],
    now,
    60,
  ).grant;
}

test('H5: a code whose spending was committed but not answered is still won, once', async () => {
  const store = grantStore(database, tables.grants);
  const grant = newGrant();
  await store.issue(grant);
  const before = proxy.lostReplies();
  proxy.loseNextReply('UpdateItem');
  const outcome = await store.spend(grant.id, 'app', times);
  expect(proxy.lostReplies()).toBe(before + 1);
  expect(outcome).toMatchObject({ won: true, grant: { state: 'redeemed' } });
  expect(await store.spend(grant.id, 'app', times)).toMatchObject({ won: false });
});

test('H5: a grant whose issuing was committed but not answered is there once', async () => {
  const store = grantStore(database, tables.grants);
  const grant = newGrant();
  proxy.loseNextReply('PutItem');
  await store.issue(grant);
  expect(await store.find(grant.id)).toEqual(grant);
});

test('H5: a session whose end was committed but not answered comes back, so that its clients are told', async () => {
  const store = sessionStore(database, tables.people);
  const start = { sub: 'somebody', epoch: 0, amr: ['pwd'], now, lifetime: 60, notices: ['sid client'] };
  const id = await store.start(start);
  const before = proxy.lostReplies();
  proxy.loseNextReply('DeleteItem');
  expect(await store.end(id)).toMatchObject({ sub: 'somebody', notices: ['sid client'] });
  expect(proxy.lostReplies()).toBe(before + 1);
  expect(await store.end(id)).toBeUndefined();

  const other = await store.start(start);
  const ended = await Promise.all(Array.from({ length: 20 }, () => store.end(other)));
  expect(ended.filter(Boolean)).toHaveLength(1);
});

test('H5: a password whose setting was committed but not answered ends what was before it once', async () => {
  const accounts = accountStore(database, tables.people);
  const { sub, epoch } = await accounts.put({ username: 'somebody', claims: {} }, now);
  const before = proxy.lostReplies();
  proxy.loseNextReply('UpdateItem');
  expect(await accounts.setPassword(sub, 'hash')).toMatchObject({ passwordHash: 'hash', epoch: epoch + 1 });
  expect(proxy.lostReplies()).toBe(before + 1);
});

test('H9: a table that is not there is an unavailable store, never an unknown code', async () => {
  const store = grantStore(database, 'no-such-table');
  await expect(store.spend('id', 'app', times)).rejects.toThrow(StoreUnavailable);
});
