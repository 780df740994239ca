import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readClientsFile } from '../../infra/local/entries-file.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { chief, managementToken, manager } from '../admin/admin.ts';
import { emptyFolder } from '../cli/pixy.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { atConsole, consoleSettings, grace } from './operator.ts';

/* Nobody but the server makes the clients of its own pages, whatever way they take, and whether it has made them or not. */

const server = await startTestServer({
  clients: [chief],
  accounts: [grace],
  environment: { ...consoleSettings, PIXY_CLIENT_REGISTRATION: 'open' },
});
const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
const manage = manager(server, await managementToken(server, chief));

const reserved = ['pixy-console', 'pixy-playground'];
const theirs = { redirect_uris: ['https://evil.example/cb'], token_endpoint_auth_method: 'none' };
const refusal = 'is one that the server keeps for itself';

describe.each(reserved)('%s is refused', (clientId) => {
  test('by the management API', async () => {
    const { status, json } = await manage('POST', '/clients', { body: { ...theirs, client_id: clientId } });
    expect(status).toBe(422);
    expect(JSON.stringify(json)).toContain(refusal);
    expect(await clients.find(clientId)).toBeUndefined();
  });

  test('by the console', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit('/add-client');
    const fields = { client_id: clientId, kind: 'spa', redirect_uris: 'https://evil.example/cb', why: 'x' };
    const sent = await operator.send(page, fields);
    expect([sent.status, sent.body.includes(refusal)]).toEqual([400, true]);
    expect((await clients.find(clientId))?.redirectUris ?? []).not.toContain('https://evil.example/cb');
  });

  test('by the endpoint where clients register themselves, which chooses the ids itself', async () => {
    const reply = await fetch(`${server.issuer}/clients`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...theirs, client_id: clientId }),
    });
    const { client_id: given } = (await reply.json()) as { client_id?: string };
    expect(given ?? 'refused').not.toBe(clientId);
  });

  test('by a file of clients', async () => {
    const file = join(await emptyFolder(onTestFinished), 'clients.json');
    await writeFile(file, JSON.stringify([{ ...theirs, client_id: clientId }]));
    await expect(readClientsFile(file)).rejects.toThrow(`entry 1 (${clientId}): client_id ${refusal}`);
  });
});

test('what is removed is not brought back by taking its removal back: the next visit makes it as it has to be', async () => {
  await newPerson(server).open('/console');
  const found = await clients.findVersion('pixy-console');
  await clients.put('pixy-console', undefined, { by: 'test', why: '' }, found?.version);
  const [removal] = await clients.changes(1, 'pixy-console');
  const { status, json } = await manage('POST', `/policy/log/${removal?.id}/rollback`);
  expect([status, json.detail]).toEqual([409, expect.stringContaining(refusal)]);
  await newPerson(server).open('/console');
  expect(await clients.find('pixy-console')).toMatchObject({ redirectUris: [`${server.issuer}/console/callback`] });
});

test('one that was made for another address of the server is made again for this one', async () => {
  const found = await clients.findVersion('pixy-console');
  if (!found?.value) throw new Error('there is no such client');
  const elsewhere = { ...found.value, redirectUris: ['https://before.example/console/callback'], clientName: 'Ours' };
  await clients.put('pixy-console', elsewhere, { by: 'test', why: '' }, found.version);
  await newPerson(server).open('/console');
  expect(await clients.find('pixy-console')).toMatchObject({
    redirectUris: [`${server.issuer}/console/callback`],
    clientName: 'Ours',
  });
});
