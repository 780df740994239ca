import { beforeEach, describe, expect, test } from 'vitest';
import { carryOut, ImportInterrupted, planImport } from '../../cli/import/apply-import.ts';
import { type ClientStore, clientStore } from '../../shared/clients/client-store.ts';
import { freshTables } from '../store/store.ts';
import { readImport } from './imported.ts';

const author = { by: 'ada', why: 'moving in' };
const { database, tables } = await freshTables();

let store: ClientStore;
let prefix = 0;
beforeEach(() => {
  prefix += 1;
  store = clientStore(database, tables.clients, () => 1_700_000_000);
});

/** Client ids of this test. */
const id = (name: string) => `${name}-${prefix}`;

const parse = (...names: string[]) =>
  readImport(
    'rfc7591',
    JSON.stringify(names.map((name) => ({ client_id: id(name), redirect_uris: [`https://${name}.example/cb`] }))),
  );

const planned = async (...names: string[]) => planImport(await parse(...names), store);
const found = (name: string) => store.find(id(name));

describe('a plan', () => {
  test('adds what is not there', async () => {
    const plan = await planned('a', 'b');
    expect(plan.planned.map(({ action }) => action)).toEqual(['add', 'add']);
    expect(await found('a')).toBeUndefined();
  });

  test('refuses what is registered already, and says how it could be replaced', async () => {
    await carryOut(await planned('a'), store, author);
    const plan = await planned('a', 'b');
    expect(plan.planned.map(({ client }) => client.clientId)).toEqual([id('b')]);
    expect(plan.refused).toEqual([
      {
        entry: `entry 1 (${id('a')})`,
        member: 'client_id',
        problem: 'is already registered: use --replace to replace it',
      },
    ]);
  });

  test('replaces it when asked to', async () => {
    await carryOut(await planned('a'), store, author);
    const plan = await planImport(await parse('a'), store, { replace: true });
    expect(plan.planned.map(({ action }) => action)).toEqual(['replace']);
    expect(plan.refused).toEqual([]);
  });

  test('adds a client that was removed before', async () => {
    await carryOut(await planned('a'), store, author);
    await store.put(id('a'), undefined, author);
    const plan = await planned('a');
    expect(plan.planned.map(({ action }) => action)).toEqual(['add']);
    expect(await carryOut(plan, store, author)).toEqual({ ok: true, value: 1 });
    expect(await found('a')).toBeDefined();
  });

  test('has the notes of the clients it takes, not of the others', async () => {
    const text = JSON.stringify(
      ['a', 'b'].map((name) => ({ client_id: id(name), redirect_uris: ['https://a.example/'], owner: 'somebody' })),
    );
    await carryOut(await planned('a'), store, author);
    const { notes } = await planImport(await readImport('rfc7591', text), store);
    expect(notes.map(({ entry }) => entry)).toEqual([`entry 2 (${id('b')})`]);
  });
});

describe('carried out', () => {
  test('every client is there as it was read, and the change log says who and why', async () => {
    const plan = await planned('a', 'b');
    expect(await carryOut(plan, store, author)).toEqual({ ok: true, value: 2 });
    expect(await found('a')).toEqual(JSON.parse(JSON.stringify(plan.planned[0]?.client)));
    expect(await store.changes(10, id('b'))).toMatchObject([{ ...author, client: id('b') }]);
  });

  test('nothing stays when somebody changed one of them meanwhile: what was written is taken back', async () => {
    await carryOut(await planned('a'), store, author);
    const before = await found('a');
    const plan = await planImport(await parse('a', 'b', 'c'), store, { replace: true });
    const changed = plan.planned.map((one) => ({ ...one, client: { ...one.client, clientName: 'Imported' } }));
    await carryOut(await planned('c'), store, { by: 'grace', why: 'was first' });

    const done = await carryOut({ planned: changed }, store, author);
    expect(done).toEqual({ ok: false, refusal: { reason: 'changed_meanwhile', clientId: id('c') } });
    expect(await found('a')).toEqual(before);
    expect(await found('b')).toBeUndefined();
    expect((await store.changes(1, id('c')))[0]?.by).toBe('grace');
    expect((await store.changes(1, id('b')))[0]?.why).toBe('taken back: moving in');
  });

  test('a database that stops answering in the middle is told with what is left of it', async () => {
    const plan = await planned('a', 'b', 'c');
    const failing: Pick<ClientStore, 'put'> = {
      put: (clientId, client, ...rest) => {
        if (clientId === id('c')) throw new Error('gone');
        return store.put(clientId, client, ...rest);
      },
    };
    const interrupted: unknown = await carryOut(plan, failing, author).catch((error: unknown) => error);
    expect(interrupted).toBeInstanceOf(ImportInterrupted);
    expect(interrupted).toMatchObject({ written: [] });
    expect(await found('a')).toBeUndefined();
    expect(await found('b')).toBeUndefined();
  });

  test('and when not even taking back works, the clients that are in are named', async () => {
    const plan = await planned('a', 'b', 'c');
    let writes = 0;
    const failing: Pick<ClientStore, 'put'> = {
      put: (...put) => {
        writes += 1;
        if (writes > 2) throw new Error('gone');
        return store.put(...put);
      },
    };
    const interrupted: unknown = await carryOut(plan, failing, author).catch((error: unknown) => error);
    expect(interrupted).toMatchObject({ written: [id('a'), id('b')] });
    expect(await found('a')).toBeDefined();
  });
});
