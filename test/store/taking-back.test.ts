import { describe, expect, test } from 'vitest';
import { accountItemStore } from '../../shared/people/account-item-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { listedIdOf, sessionStore } from '../../shared/people/session-store.ts';
import { accountKey } from '../../shared/people/standing-store.ts';
import { clientEpochOf, endedSession } from '../../shared/people/still-valid.ts';
import { freshTables } from './store.ts';

const now = 1_700_000_000;
const { database, tables } = await freshTables();
const table = tables.people;
const accounts = accountStore(database, table);
const sessions = sessionStore(database, table);

let count = 0;
async function added() {
  count += 1;
  const made = await accounts.add({ username: `person ${count}`, claims: {}, passwordHash: 'a hash' }, now);
  if (!made.ok) throw new Error(made.refusal.reason);
  return made.value;
}

/** An account as it was written before accounts had epochs. */
async function ofBefore(sub: string) {
  await database.put({ TableName: table, Item: { ...accountKey(sub), sub, claims: {}, version: 1 } });
  return sub;
}

const standingOf = async (sub: string) => {
  const standing = await accounts.findStanding(sub);
  if (standing === undefined) throw new Error(`there is no ${sub}`);
  return standing;
};

describe('the epoch of an account', () => {
  test.each([
    ['another password', (sub: string) => accounts.setPassword(sub, 'another hash')],
    ['disabling', (sub: string) => accounts.disable(sub, now)],
    [
      'a link that is spent on a password',
      (sub: string) => accounts.accept(sub, { hash: 'of-the-link' }, 'another hash', now),
    ],
    ['a link that is spent on something else', (sub: string) => accounts.spendLink(sub, { hash: 'of-the-link' }, now)],
    ['ending all other sessions', async (sub: string) => accounts.takeBackAll(sub, (await standingOf(sub)).epoch)],
  ])('TB8: is raised by the very write that does it: %s', async (_, takeBack) => {
    for (const sub of [(await added()).sub, await ofBefore(`of before ${count}`)]) {
      await accounts.invite(sub, { hash: 'of-the-link', purpose: 'reset', expiresAt: now + 10 });
      const { epoch } = await standingOf(sub);
      expect((await takeBack(sub))?.epoch).toBe(epoch + 1);
      expect((await standingOf(sub)).epoch).toBe(epoch + 1);
    }
  });

  test('stays when nothing is taken back: a better hash, another name, enabling, a link that is not spent', async () => {
    const account = await added();
    const { sub, epoch } = account;
    await accounts.upgradePassword(sub, 'a hash', 'a better hash');
    await accounts.change(account, { claims: { name: 'Ada' } }, now);
    await accounts.invite(sub, { hash: 'of-the-link', purpose: 'reset', expiresAt: now });
    await accounts.accept(sub, { hash: 'of-the-link' }, 'another hash', now);
    await accounts.setPassword(sub, 'another hash', true);
    await accounts.enable(sub);
    expect((await standingOf(sub)).epoch).toBe(epoch);
  });

  test('is not raised by somebody whose own session was ended before: of two who end all others, one does', async () => {
    for (const sub of [(await added()).sub, await ofBefore(`racing ${count}`)]) {
      const { epoch } = await standingOf(sub);
      const raced = await Promise.all(Array.from({ length: 20 }, () => accounts.takeBackAll(sub, epoch)));
      expect(raced.filter(Boolean).map((account) => account?.epoch)).toEqual([epoch + 1]);
    }
  });

  test('of a new account with the subject of one that was removed is another one', async () => {
    const described = { username: 'again', claims: { sub: 'again' } };
    const first = await accounts.put(described, now);
    await accounts.remove(first);
    expect(await accounts.findStanding('again')).toBeUndefined();
    expect((await accounts.put(described, now)).epoch).not.toBe(first.epoch);
  });

  test('is raised by a file that has another password or disables, and by nothing else in it', async () => {
    const described = { username: 'filed', claims: {}, password: 'the password of the file' };
    const { epoch, sub } = await accounts.put(described, now);
    expect((await accounts.put(described, now)).epoch).toBe(epoch);
    expect((await accounts.put({ username: 'filed', claims: { name: 'Filed' } }, now)).epoch).toBe(epoch);
    expect((await accounts.put({ ...described, password: 'another one' }, now)).epoch).toBe(epoch + 1);
    expect((await accounts.put({ username: 'filed', claims: {}, disabled: true }, now)).epoch).toBe(epoch + 2);
    expect((await accounts.put({ username: 'filed', claims: {}, disabled: false }, now)).epoch).toBe(epoch + 2);
    expect((await standingOf(sub)).epoch).toBe(epoch + 2);
  });
});

describe('the epoch of a client with a person', () => {
  test.each(['app', 'constructor', '__proto__'])('counts what was taken back from it: %s', async (clientId) => {
    for (const sub of [(await added()).sub, await ofBefore(`of ${clientId} before`)]) {
      expect(clientEpochOf(await standingOf(sub), clientId)).toBe(0);
      expect(await accounts.takeBackFrom(sub, clientId)).toBe(1);
      expect(await accounts.takeBackFrom(sub, clientId)).toBe(2);
      expect(clientEpochOf(await standingOf(sub), clientId)).toBe(2);
      expect(clientEpochOf(await standingOf(sub), 'another')).toBe(0);
    }
  });

  test('counts every one of several at once', async () => {
    for (const sub of [(await added()).sub, await ofBefore(`crowd ${count}`)]) {
      const clients = Array.from({ length: 20 }, (_, index) => `app-${index % 2}`);
      await Promise.all(clients.map((clientId) => accounts.takeBackFrom(sub, clientId)));
      const standing = await standingOf(sub);
      expect(['app-0', 'app-1'].map((clientId) => clientEpochOf(standing, clientId))).toEqual([10, 10]);
    }
  });

  test('makes no account', async () => {
    expect(await accounts.takeBackFrom('nobody', 'app')).toBeUndefined();
    await accounts.endWithGrants('nobody', ['sid'], now);
    expect(await accountItemStore(database, table).find('nobody')).toBeUndefined();
  });
});

test('sessions that ended with their grants are remembered until they are forgotten', async () => {
  const { sub } = await added();
  await accounts.endWithGrants(sub, ['one', 'two'], now);
  await accounts.endWithGrants(sub, ['three'], now + 1);
  await accounts.forgetEnded(sub, [endedSession('one', now)]);
  expect((await standingOf(sub)).endedSessions.toSorted()).toEqual([
    endedSession('three', now + 1),
    endedSession('two', now),
  ]);
});

describe('TB9: the session that stays', () => {
  const start = (epoch: number) => sessions.start({ sub: 'stayer', epoch, amr: ['pwd'], now, lifetime: 100 });

  test('goes on under the new epoch', async () => {
    const id = await start(7);
    await sessions.stampAgain(id, 7, 8);
    expect((await sessions.find(id, now))?.epoch).toBe(8);
  });

  test('stays ended when it was ended in this moment, and where it stands under yet another epoch', async () => {
    const id = await start(7);
    await sessions.end(id);
    await sessions.stampAgain(id, 7, 8);
    expect(await sessions.findListed('stayer', listedIdOf(id))).toBeUndefined();
    const other = await start(5);
    await sessions.stampAgain(other, 7, 8);
    expect((await sessions.find(other, now))?.epoch).toBe(5);
  });

  test('from before there were epochs stands at 0 and goes on as well', async () => {
    const id = await start(7);
    const Key = { pk: 'sessions#stayer', sk: listedIdOf(id) };
    await database.update({ TableName: table, Key, UpdateExpression: 'REMOVE epoch' });
    expect((await sessions.find(id, now))?.epoch).toBe(0);
    await sessions.stampAgain(id, 0, 8);
    expect((await sessions.find(id, now))?.epoch).toBe(8);
  });
});
