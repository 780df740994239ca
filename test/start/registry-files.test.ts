import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readApisFile, readScopesFile } from '../../infra/local/entries-file.ts';
import { startServer } from '../../infra/local/server.ts';

/* `npm start -- --apis FILE --scopes FILE`. */

const folder = await mkdtemp(join(tmpdir(), 'pixy-registry-'));
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(content));
  return file;
}

const groups = { scope: 'groups', claims: ['groups'] };
const orders = { resource: 'https://api.example/orders', scope: 'orders:read', access_token_typ: 'JWT' };

test.each([
  [{}, /scopes\.json: is not a JSON array/],
  [[groups, { scope: 'pixy:x', claims: ['x'] }], /entry 2 \(pixy:x\): scope is a scope value of the management API/],
  [
    [{ scope: 'groups', claims: ['sub'] }],
    /entry 1 \(groups\): claims\.0 is sub, a claim that the server makes itself/,
  ],
  [[groups, groups], /entry 2 \(groups\): scope is there twice/],
])('a scopes file %j is refused with file, entry and member', async (content, message) => {
  await expect(readScopesFile(await fileOf('scopes.json', content))).rejects.toThrow(message);
});

test('an APIs file is refused with file, entry and member', async () => {
  const file = await fileOf('wrong.json', [orders, { resource: 'orders' }]);
  await expect(readApisFile(file)).rejects.toThrow(/wrong\.json: entry 2 \(orders\): resource is not an absolute URI/);
});

test('K4: a client called like an API with tokens of the type JWT is refused, in the files and beside what is there', async () => {
  const client = { client_id: orders.resource, redirect_uris: ['https://app.example/callback'] };
  const clientsFile = await fileOf('clients.json', [client]);
  const apisFile = await fileOf('typed.json', [orders]);
  const data = join(folder, 'clashes');
  const start = async (files: object) => (await startServer({ port: 0, data, writeLine: () => {}, ...files })).close();
  const ofTheClient = `client ${orders.resource}: client_id is the resource of an API with access_token_typ JWT`;
  await expect(start({ clientsFile, apisFile })).rejects.toThrow(ofTheClient);
  await start({ apisFile });
  await expect(start({ clientsFile })).rejects.toThrow(ofTheClient);
  await start({ apisFile: await fileOf('untyped.json', [{ ...orders, access_token_typ: 'at+jwt' }]), clientsFile });
  const ofTheApi = `API ${orders.resource}: access_token_typ is JWT, and a client has the resource as its id`;
  await expect(start({ apisFile })).rejects.toThrow(ofTheApi);
});

test('both are loaded at the start, and a start with the same files changes nothing', async () => {
  const files = {
    apisFile: await fileOf('apis.json', [orders]),
    scopesFile: await fileOf('good.json', [{ ...groups, descriptions: { de: 'Gruppen' } }]),
  };
  const data = join(folder, 'data');
  for (let starts = 0; starts < 2; starts += 1) {
    const server = await startServer({ port: 0, data, writeLine: () => {}, ...files });
    try {
      const metadata = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as object;
      expect(metadata).toMatchObject({ scopes_supported: expect.arrayContaining(['groups', 'orders:read']) });
    } finally {
      await server.close();
    }
  }
  const { pixy } = await import('../cli/pixy.ts');
  const listed = await pixy(['scopes', 'list', '--json', '--local', data]);
  expect(listed.json()).toMatchObject([{ scope: 'groups', version: 1, changed: { by: 'npm start' } }]);
});
