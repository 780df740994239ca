import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { tables } from '../support/server.ts';
import { startWorkbench } from './pixy.ts';

/* Since when a client has its id: what adds one says so anew, and nothing else does. */

const client = { client_id: 'shop', redirect_uris: ['https://shop.example/cb'], token_endpoint_auth_method: 'none' };

const workbench = await startWorkbench();
const file = join(workbench.folder, 'imported.json');
const done = async (...argv: string[]) => {
  const ran = await workbench.pixy(...argv);
  expect(ran).toMatchObject({ exitCode: 0, errors: '' });
  return ran;
};
const clients = clientStore(openDatabase(), tables.clients, () => 0);
const since = async () => (await clients.find('shop'))?.since;
const add = () => done('clients', 'add', 'shop', '--redirect-uri', 'https://shop.example/cb');
/** Imports the client, with another name. Returns the id of the import. */
async function importNamed(name: string): Promise<string> {
  await writeFile(file, JSON.stringify([{ ...client, client_name: name }]));
  const imported = await done('clients', 'import', file, '--format', 'rfc7591', '--replace', '--json');
  return imported.json().import;
}

describe('the mark of a client', () => {
  test('is another one whenever it is added, within one second as well', async () => {
    await add();
    const first = await since();
    await done('clients', 'remove', 'shop');
    await add();
    const second = await since();
    await done('clients', 'remove', 'shop');
    await importNamed('By an import');
    expect(new Set([undefined, first, second, await since()]).size).toBe(4);
  });

  test('stays when the client is changed, disabled, enabled, replaced by an import, or one of these is rolled back', async () => {
    const before = await since();
    await done('clients', 'set', 'shop', '--name', 'Another name');
    await done('clients', 'disable', 'shop');
    await done('clients', 'enable', 'shop');
    await done('policy', 'rollback', await importNamed('By another import'));
    await importNamed('By a third import');
    expect(await since()).toBe(before);
    const [change] = (await done('policy', 'log', '--client', 'shop', '--json')).json();
    await done('policy', 'rollback', change.id);
    expect(await since()).toBe(before);
  });

  test('comes back with a client whose removal is rolled back, whatever had the id between', async () => {
    const before = await since();
    await done('clients', 'remove', 'shop');
    const [removal] = (await done('policy', 'log', '--client', 'shop', '--json')).json();
    await add();
    const [addition] = (await done('policy', 'log', '--client', 'shop', '--json')).json();
    await done('policy', 'rollback', addition.id);
    await done('policy', 'rollback', removal.id);
    expect(await since()).toBe(before);
  });

  test('is in the log beside what was there, where a version that does not know it can roll the change back', async () => {
    const [removal] = (await clients.changes(10, 'shop')).filter(({ after }) => after === undefined);
    expect(removal).toMatchObject({ since: expect.stringMatching(/^\d+-[0-9a-f]{12}$/), before: { clientId: 'shop' } });
    expect(removal?.before).not.toHaveProperty('since');
  });

  test('is not part of what an operator sets: an export has none, and an import of it changes nothing', async () => {
    const exported = (await done('clients', 'export')).json() as { client_id: string }[];
    expect(JSON.stringify(exported)).not.toMatch(/since|added_at/);
    await writeFile(file, JSON.stringify(exported.filter(({ client_id }) => client_id === 'shop')));
    const again = await done('clients', 'import', file, '--format', 'rfc7591', '--json');
    expect(again.json()).toMatchObject({ clients: [], refused: [] });
  });

  test('is shown as a time', async () => {
    expect((await done('clients', 'show', 'shop', '--json')).json()).toMatchObject({
      added_at: new Date(workbench.clock.now * 1_000).toISOString().replace('.000', ''),
    });
  });
});
