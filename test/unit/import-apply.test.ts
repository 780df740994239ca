import { beforeEach, describe, expect, test } from 'vitest';
import { carryOut, ImportInterrupted, planImport } from '../../cli/import/apply-import.ts';
import { batches } from '../../shared/aws/batches.ts';
import { type ClientImportStore, clientImportStore } from '../../shared/clients/client-import-store.ts';
import { type ClientStore, clientStore } from '../../shared/clients/client-store.ts';
import { freshTables } from '../store/store.ts';
import { readImport } from './imported.ts';

const now = 1_700_000_000;
const author = { by: 'ada', why: 'moving in' };
const { database, client, tables } = await freshTables();
const importsWhere = (isAlone: boolean) =>
  clientImportStore({ database, batches: batches(client), isAlone }, tables.clients, () => now);

let store: ClientStore;
let prefix = 0;
beforeEach(() => {
  prefix += 1;
  store = clientStore(database, tables.clients, () => now);
});

/** Client ids of this test. */
const id = (name: string) => `${name}-${prefix}`;

const parse = (...names: string[]) =>
  readImport(
    'rfc7591',
    JSON.stringify(names.map((name) => ({ client_id: id(name), redirect_uris: [`https://${name}.example/cb`] }))),
  );

const imports = importsWhere(false);
const planned = async (...names: string[]) => planImport(await parse(...names), imports);
const carriedOut = async (...names: string[]) => carryOut(await planned(...names), imports, author);
const found = (name: string) => store.find(id(name));

describe('a plan', () => {
  test('adds what is not there', async () => {
    const plan = await planned('a', 'b');
    expect(plan.planned.map(({ action }) => action)).toEqual(['add', 'add']);
    expect(await found('a')).toBeUndefined();
  });

  test('refuses what is registered already with other settings, and says how it could be replaced', async () => {
    const { clients } = await parse('a');
    await store.put(id('a'), clients[0] && { ...clients[0].client, clientName: 'Other' }, author);
    const plan = await planned('a', 'b');
    expect(plan.planned.map(({ client }) => client.clientId)).toEqual([id('b')]);
    expect(plan.refused).toEqual([
      {
        entry: `entry 1 (${id('a')})`,
        member: 'client_id',
        problem: 'is already registered with other settings: use --replace to replace it',
      },
    ]);
    const replacing = await planImport(await parse('a'), imports, { replace: true });
    expect(replacing.planned.map(({ action }) => action)).toEqual(['replace']);
    expect(replacing.refused).toEqual([]);
  });

  test('leaves alone what is there already as the file has it, with the same secret, long or short', async () => {
    const file = (secret: string) =>
      readImport(
        'rfc7591',
        JSON.stringify([
          {
            client_id: id('s'),
            client_secret: secret,
            redirect_uris: ['https://s.example/'],
            token_endpoint_auth_method: 'client_secret_basic',
          },
        ]),
      );
    const long = 'a secret of more than thirty-two characters';
    await carryOut(await planImport(await file(long), imports), imports, author);
    expect(await planImport(await file(long), imports)).toMatchObject({ planned: [], refused: [], unchanged: 1 });
    const short = 'kR7-tuvw91xyz';
    const other = await planImport(await file(short), imports, { replace: true });
    expect(other).toMatchObject({ planned: [{ action: 'replace' }], unchanged: 0 });
    await carryOut(other, imports, author);
    expect(await planImport(await file(short), imports)).toMatchObject({ planned: [], refused: [], unchanged: 1 });
  });

  test('adds a client that was removed before', async () => {
    await carriedOut('a');
    await store.put(id('a'), undefined, author);
    const plan = await planned('a');
    expect(plan.planned.map(({ action }) => action)).toEqual(['add']);
    expect(await carryOut(plan, imports, author)).toMatchObject({ ok: true });
    expect(await found('a')).toBeDefined();
  });

  test('has the notes of the clients it takes, not of the others', async () => {
    const text = JSON.stringify(
      ['a', 'b'].map((name) => ({ client_id: id(name), redirect_uris: ['https://a.example/'], owner: 'somebody' })),
    );
    await carriedOut('a');
    const { notes } = await planImport(await readImport('rfc7591', text), imports);
    expect(notes.map(({ entry }) => entry)).toEqual([`entry 2 (${id('b')})`]);
  });
});

test('each of twenty thousand changes within a second has an id of its own, or a rollback would leave clients behind', () => {
  const origin = { ...author, importId: 'an import' };
  const ids = Array.from({ length: 20_000 }, (_, at) => {
    return imports.prepare(`client-${at}`, undefined, undefined, origin).change.id;
  });
  expect(new Set(ids).size).toBe(20_000);
});

describe.each([
  ['alone with the database', importsWhere(true)],
  ['beside others', imports],
])('carried out %s', (_, own) => {
  test('every client is there as it was read, and the change log has the import and its changes', async () => {
    const plan = await planned('a', 'b');
    const done = await carryOut(plan, own, author);
    const importId = done.ok ? done.value : undefined;
    expect(importId).toMatch(/^20231114T221320Z-import-[0-9a-f]{6}$/);
    const made = JSON.parse(JSON.stringify(plan.planned[0]?.client));
    expect(await found('a')).toEqual({ ...made, since: expect.stringMatching(/^\d+-[0-9a-f]{12}$/) });
    expect(await store.changes(10, id('b'))).toMatchObject([{ ...author, client: id('b'), importId }]);
    expect(await store.findChange(importId as string)).toMatchObject({ ...author, clients: 2, outcome: 'done' });
  });

  test('a client that may use less than S256 is an exception, and one that may not any more is none', async () => {
    const exceptions = async () =>
      (await database.get({ TableName: tables.clients, Key: { pk: 'global', sk: 'exceptions' } }))?.['clientIds'];
    const text = (policy: string) =>
      JSON.stringify([{ client_id: id('x'), redirect_uris: ['https://x.example/'], pkce_policy: policy }]);
    await carryOut(await planImport(await readImport('rfc7591', text('any')), own), own, author);
    expect(await exceptions()).toContain(id('x'));
    const stricter = await planImport(await readImport('rfc7591', text('S256')), own, { replace: true });
    await carryOut(stricter, own, author);
    expect((await exceptions()) ?? new Set()).not.toContain(id('x'));
  });
});

/** The clients that an import has changed, sorted. */
async function clientsOf(importId: string): Promise<string[]> {
  const entry = await imports.findImport(importId);
  const changes = entry ? await imports.changesOf(entry) : [];
  return changes.map(({ client = '' }) => client).toSorted((a, b) => a.localeCompare(b));
}

describe('an import that is not finished', () => {
  test('leaves nothing when somebody changed one of them meanwhile', async () => {
    await carriedOut('a');
    const before = await found('a');
    const parsed = await parse('a', 'b', 'c');
    const clients = parsed.clients.map((one) => ({ ...one, client: { ...one.client, clientName: 'Imported' } }));
    const plan = await planImport({ ...parsed, clients }, imports, { replace: true });
    expect(plan.planned.map(({ action }) => action)).toEqual(['replace', 'add', 'add']);
    const grace = { by: 'grace', why: 'was first' };
    await store.put(id('c'), (await parse('c')).clients[0]?.client, grace);

    const done = await carryOut(plan, imports, author);
    expect(done).toEqual({ ok: false, refusal: { reason: 'changed_meanwhile', clientId: id('c') } });
    expect(await found('a')).toEqual(before);
    expect(await found('b')).toBeUndefined();
    expect((await store.changes(1, id('c')))[0]?.by).toBe('grace');
    expect((await store.changes(1, id('b')))[0]?.why).toBe('taken back: moving in');
  });

  /** Carries out so many writes without an answer, and fails the others. */
  const failing = (carriedOutWrites: number): ClientImportStore => {
    let writes = 0;
    return {
      ...imports,
      write: async (all) => {
        writes += 1;
        if (writes > carriedOutWrites) throw new Error('gone');
        await imports.write(all);
        throw new Error('no answer');
      },
    };
  };

  test('is taken back when the database stops answering, also what was written without an answer', async () => {
    let isDown = true;
    const store: ClientImportStore = {
      ...imports,
      write: async (all) => {
        const lost = await imports.write(all);
        if (isDown) {
          isDown = false;
          throw new Error('no answer');
        }
        return lost;
      },
    };
    const interrupted: unknown = await carryOut(await planned('a', 'b'), store, author).catch((error) => error);
    expect(interrupted).toBeInstanceOf(ImportInterrupted);
    expect(interrupted).toMatchObject({ isTakenBack: true });
    expect(await found('a')).toBeUndefined();
    expect(await planned('a', 'b')).toMatchObject({ goesOn: undefined });
  });

  test('goes on as the same import in the next run when not even taking back works', async () => {
    const interrupted: unknown = await carryOut(await planned('a', 'b'), failing(1), author).catch((error) => error);
    expect(interrupted).toMatchObject({ isTakenBack: false });
    const importId = interrupted instanceof ImportInterrupted ? interrupted.importId : '';
    expect(await store.findChange(importId)).not.toHaveProperty('outcome');
    expect(await found('a')).toBeDefined();

    const plan = await planned('a', 'b', 'c');
    expect(plan).toMatchObject({ unchanged: 2, goesOn: { id: importId }, planned: [{ action: 'add' }] });
    expect(await carryOut(plan, imports, author)).toEqual({ ok: true, value: importId });
    expect(await store.findChange(importId)).toMatchObject({ clients: 3, outcome: 'done' });
    expect(await clientsOf(importId)).toEqual([id('a'), id('b'), id('c')]);
  });

  test('and has all its changes in the log then, also those that the run before could not log any more', async () => {
    const interrupted: unknown = await carryOut(await planned('a', 'b'), failing(1), author).catch((error) => error);
    const importId = interrupted instanceof ImportInterrupted ? interrupted.importId : '';
    for (const change of await store.changes(10, id('a'))) {
      await database.remove({ TableName: tables.clients, Key: { pk: 'changes', sk: change.id } });
    }
    await carryOut(await planned('a', 'b', 'c'), imports, author);
    expect(await store.findChange(importId)).toMatchObject({ outcome: 'done' });
    expect(await clientsOf(importId)).toEqual([id('a'), id('b'), id('c')]);
  });

  test('shows also those changes that are not in the log yet', async () => {
    const plan = await planned('a', 'b');
    const { importId } = (await carryOut(plan, failing(1), author).catch((error) => error)) as ImportInterrupted;
    for (const change of await store.changes(10, id('a'))) {
      await database.remove({ TableName: tables.clients, Key: { pk: 'changes', sk: change.id } });
    }
    expect(await clientsOf(importId)).toEqual([id('a'), id('b')]);
  });
});
