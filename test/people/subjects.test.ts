import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { managementToken, manager, robot } from '../admin/admin.ts';
import { spa } from '../support/clients.ts';
import { startTestServer, type TestAccount, tables } from '../support/server.ts';

/*
 * AT5, BP22: a client is the subject of its own tokens, so no person may have its id for a subject. test/cli/subjects.test.ts does
 * the same on the command line.
 */

const shared = { username: 'somebody', claims: { sub: spa.client_id } };
const started = (accounts: TestAccount[]) =>
  startTestServer({ clients: [spa], accounts }).then(
    () => 'started',
    (error: Error) => `${error.name}: ${error.message}`,
  );
const bothInFiles = await started([shared]);

const server = await startTestServer({ clients: [spa, robot] });
const manage = manager(server, await managementToken(server));
const database = openDatabase();
const clients = clientStore(database, tables.clients, server.clock.now);
const isClient = async (clientId: string) => (await clients.find(clientId)) !== undefined;
const accounts = accountStore(database, tables.people, isClient);
const redirect_uris = ['https://app.example/callback'];

test('AT5, BP22: npm start refuses files in which a client and an account share one', () => {
  expect(bothInFiles).toBe('UnusableFile: account somebody: claims.sub is the client_id of a client');
});

test('AT5, BP22: an account is not added with the id of a client, and its name stays free', async () => {
  const now = server.clock.now();
  const refused = await accounts.add({ username: 'taker', claims: { sub: spa.client_id } }, now);
  expect(refused).toEqual({ ok: false, refusal: { reason: 'subject_of_client', sub: spa.client_id } });
  expect(await accounts.isSubject(spa.client_id)).toBe(false);
  expect((await accounts.add({ username: 'taker', claims: {} }, now)).ok).toBe(true);
});

test('AT5, BP22: the management API refuses a client with the subject of an account, and names the member', async () => {
  const answer = await manage('POST', '/clients', { body: { client_id: 'ada-0001', redirect_uris } });
  expect(answer.status).toBe(422);
  expect(answer.json).toMatchObject({
    reason: 'document_invalid',
    errors: [{ pointer: '#/client_id', detail: 'client_id is the sub of an account' }],
  });
  expect(await clients.find('ada-0001')).toBeUndefined();
});

test('AT5, BP22: the management API does not bring a client back whose id has become a subject', async () => {
  await manage('POST', '/clients', { body: { client_id: 'gone', redirect_uris } });
  await manage('DELETE', '/clients/gone', { ifMatch: '*' });
  expect((await accounts.add({ username: 'gone', claims: { sub: 'gone' } }, server.clock.now())).ok).toBe(true);
  const [removal] = (await manage('GET', '/policy/log?client=gone')).json.changes;
  const answer = await manage('POST', `/policy/log/${removal.id}/rollback`);
  expect(answer.status).toBe(409);
  expect(answer.json).toMatchObject({
    conflict: 'not_valid_now',
    detail: expect.stringContaining('the sub of an account'),
  });
  expect(await clients.find('gone')).toBeUndefined();
});
