import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword, verifyPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { newPerson, startSession } from '../support/person.ts';
import { rounds } from '../support/rounds.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, act, addPasskey, post } from './account-flows.ts';

/* A credential changes only while the one that was proved is still the one that is stored. */

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [],
  dynamodb: database.endpoint,
  accounts: ['ann', 'ben', 'cem', 'dan'].map((name) => account(name)),
});
const accounts = accountStore(openDatabase(), tables.people);
const passkeys = passkeyStore(openDatabase(), tables.people);
const next = 'several words in a row';
const now = () => server.clock.now();

async function withSession(name: string) {
  const person = newPerson(server);
  person.cookies.set('pixy_session', await startSession(`sub-of-${name}`, { now: now(), lifetime: 3_600 }));
  return person;
}

async function storedOf(sub: string) {
  const found = await accounts.findBySubject(sub);
  if (found === undefined) throw new Error(`there is no account ${sub}`);
  return found;
}
const stored = (name: string) => storedOf(`sub-of-${name}`);

/** A link of an operator for somebody who lost their password. */
async function reset(name: string, password: string) {
  const { invitation } = newLink(`sub-of-${name}`, 'reset', now());
  const { hash } = invitation;
  await accounts.invite(`sub-of-${name}`, invitation);
  return {
    hash,
    accept: async () => accounts.accept(`sub-of-${name}`, invitation, await hashPassword(password), now()),
  };
}

describe('S1: a change of password', () => {
  test('that was on its way while a reset happened says that the password was changed meanwhile, and changes nothing', async () => {
    const person = await withSession('ann');
    const page = await person.open('/account/password');
    const link = await reset('ann', 'the owner chose this');
    // Session, account, the counter of attempts; the next call would change the password.
    const held = database.hold(3, 'before');
    const changing = post(person, '/account/password', page, {
      current_password: account('ann').password,
      password: next,
    });
    await held.isHeld;
    await link.accept();
    held.letGo();
    const answer = await changing;
    expect(answer.status).toBe(409);
    expect(answer.body).toContain('The password was changed somewhere else in the meantime.');
    expect(server.auditLines.at(-1)).toContain('password_changed_meanwhile');
    const { passwordHash = '' } = await stored('ann');
    expect(await verifyPassword('the owner chose this', passwordHash)).toBe(true);
  });

  test('of many resets against changes in a loop none is lost', async () => {
    for (let round = 0; round < rounds(6, 60); round += 1) {
      const before = await stored('ben');
      const link = await reset('ben', `of round ${round}, by the owner`);
      const hash = await hashPassword(`of round ${round}, by a thief`);
      await Promise.all([link.accept(), accounts.changePassword(before, before.epoch, hash)]);
      const { passwordHash = '', invitation } = await stored('ben');
      expect(await verifyPassword(`of round ${round}, by the owner`, passwordHash)).toBe(true);
      expect(invitation).toMatchObject({ hash: link.hash, spentAt: now() });
    }
  });

  test('leaves a link for a lost password valid, and voids an invitation', async () => {
    const link = await reset('cem', 'the owner chose this');
    const before = await stored('cem');
    const changed = await accounts.changePassword(before, before.epoch, await hashPassword(next));
    expect(changed?.invitation).toMatchObject({ hash: link.hash });
    await accounts.invite('sub-of-cem', { hash: 'first', purpose: 'invitation', expiresAt: now() + 600 });
    const invited = await stored('cem');
    const again = await accounts.changePassword(invited, invited.epoch, await hashPassword(next));
    expect(again?.invitation).toBeUndefined();
  });

  test('does not void a link that came in between, nor count in another epoch', async () => {
    await accounts.invite('sub-of-cem', { hash: 'first', purpose: 'invitation', expiresAt: now() + 600 });
    const before = await stored('cem');
    const link = await reset('cem', 'the owner chose this');
    expect(await accounts.changePassword(before, before.epoch, await hashPassword(next))).toBeUndefined();
    const present = await stored('cem');
    expect(present.invitation).toMatchObject({ hash: link.hash });
    expect(await accounts.changePassword(present, present.epoch - 1, await hashPassword(next))).toBeUndefined();
  });

  test('of a first password wins once', async () => {
    const added = await accounts.add({ username: 'new', claims: { sub: 'sub-of-new' } }, now());
    if (!added.ok) throw new Error(added.refusal.reason);
    const hashes = await Promise.all(['one', 'two', 'three'].map((word) => hashPassword(`${word} of several words`)));
    const outcomes = await Promise.all(
      hashes.map((hash) => accounts.changePassword(added.value, added.value.epoch, hash)),
    );
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
  });

  test('that is right counts towards the limit, too', async () => {
    let password = account('dan').password;
    const statuses: number[] = [];
    for (let change = 0; change < 7; change += 1) {
      const person = newPerson(server);
      const { epoch } = await stored('dan');
      person.cookies.set('pixy_session', await startSession('sub-of-dan', { now: now(), lifetime: 3_600, epoch }));
      const fresh = `word number ${change} of many`;
      const page = await person.open('/account/password');
      const answer = await post(person, '/account/password', page, { current_password: password, password: fresh });
      statuses.push(answer.status);
      if (answer.status !== 303 && answer.status !== 200) break;
      password = fresh;
    }
    expect(statuses.at(-1)).toBe(429);
    expect(statuses).toHaveLength(6);
  });
});

describe('S16: the last way to sign in', () => {
  test('stays when the only two passkeys are removed at the same time, round after round', async () => {
    for (let round = 0; round < rounds(6, 50); round += 1) {
      const sub = `sub-of-key-${round}`;
      await accounts.add({ username: `key-${round}`, claims: { sub } }, now());
      const { epoch } = await storedOf(sub);
      const person = newPerson(server);
      person.cookies.set('pixy_session', await startSession(sub, { now: now(), lifetime: 3_600, epoch }));
      for (const name of ['One', 'Two']) await addPasskey(server, person, { name });
      const ids = (await passkeys.list(sub)).map(({ id }) => id);
      expect(ids).toHaveLength(2);
      const answers = await Promise.all(ids.map((id) => act(person, { action: 'remove_passkey', id })));
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['303', '400']);
      expect(await passkeys.list(sub)).toHaveLength(1);
    }
  });

  test('a removal that was announced and broken off can be made again, and does not count meanwhile', async () => {
    const sub = 'sub-of-halfway';
    await accounts.add({ username: 'halfway', claims: { sub } }, now());
    const before = await storedOf(sub);
    const person = newPerson(server);
    person.cookies.set('pixy_session', await startSession(sub, { now: now(), lifetime: 3_600, epoch: before.epoch }));
    for (const name of ['One', 'Two']) await addPasskey(server, person, { name });
    const [one = '', two = ''] = (await passkeys.list(sub)).map(({ id }) => id);
    expect(await accounts.announceRemoval(before, one)).toBe(true);
    expect(await accounts.announceRemoval(before, two)).toBe(false);
    expect((await act(person, { action: 'remove_passkey', id: two })).status).toBe(400);
    expect((await act(person, { action: 'remove_passkey', id: one })).status).toBe(303);
    expect((await passkeys.list(sub)).map(({ id }) => id)).toEqual([two]);
    expect((await accounts.findBySubject(sub))?.removedWays).toEqual([]);
  });
});
