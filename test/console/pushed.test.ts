import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { atConsole, consoleSettings, grace } from './operator.ts';

/* The console of a server that takes pushed authorization requests alone. */

const server = await startTestServer({
  accounts: [grace],
  environment: { ...consoleSettings, PIXY_PUSHED_REQUESTS: 'required' },
});

test('it pushes its request', async () => {
  const { headers } = await newPerson(server).open('/console');
  const { pathname, searchParams } = new URL(headers.location ?? '', server.issuer);
  expect([pathname, ...searchParams.keys()]).toEqual(['/authorize', 'request_uri', 'client_id']);
});

test('operators get in, and choose another account', async () => {
  const operator = await atConsole(server);
  expect((await operator.visit('/clients')).status).toBe(200);
  expect((await operator.follow('/console/sign-in')).body).toContain('grace');
});

test('a request that the server refuses is said in a sentence', async () => {
  const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
  const found = await clients.find('pixy-console');
  if (!found) throw new Error('there is no such client');
  await clients.put('pixy-console', { ...found, disabled: true }, { by: 'test', why: '' });
  // Functions remember a client for so long.
  server.clock.advance(31);
  const { status, body } = await newPerson(server).open('/console');
  expect([status, body.includes('did not sign you in to the console')]).toEqual([400, true]);
  expect(server.auditLines.at(-1)).toMatch(/"reason":"console_sign_in_failed","cause":"\w+/);
});
