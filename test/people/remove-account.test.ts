import { beforeEach, describe, expect, test } from 'vitest';
import { compose as composeRemoveAccounts } from '../../functions/remove-accounts/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { linkIn, newestMail } from '../support/mailbox.ts';
import { newPerson, type Person } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, addPasskey, addTotp, credentialsOf, post, signedIn } from './account-flows.ts';

const grace = 14 * 86_400;
const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay', 'gus', 'ivy'];
const server = await startTestServer({
  accounts: [...names.map((name) => ({ ...account(name), email: `${name}@example.com` })), account('hal')],
  environment: { PIXY_MAIL: 'local', PIXY_REMOVAL_GRACE: String(grace) },
});
const { clock } = server;
const database = openDatabase();
const accounts = accountStore(database, tables.people);
const find = (name: string) => accounts.findBySubject(`sub-of-${name}`);
const removeDue = (used = database) =>
  composeRemoveAccounts(
    openRuntime(
      {
        PIXY_ISSUER: server.issuer,
        PIXY_GRANTS_TABLE: tables.grants,
        PIXY_CLIENTS_TABLE: tables.clients,
        PIXY_PEOPLE_TABLE: tables.people,
        PIXY_KEYS_TABLE: tables.keys,
      },
      { database: used, now: clock.now },
    ),
  )();
/** The database as it is when one call always fails. */
const failingAt = (name: keyof typeof database, fails: (input: unknown) => boolean = () => true) =>
  new Proxy(database, {
    get: (target, called: keyof typeof database) =>
      called === name
        ? async (input: never) => {
            if (fails(input)) throw new Error('no answer');
            return (target[called] as (given: never) => unknown)(input);
          }
        : target[called],
  });

beforeEach(() => clock.advance(3_600));

/** Somebody deletes their account, as the page leads them. */
async function leave(name: string): Promise<Person> {
  const person = await signedIn(server, name);
  const page = await person.open('/account/remove');
  expect(page.body).toContain('deleted in 14 days');
  const answer = await post(person, '/account/remove', page, {});
  expect([answer.status, answer.body.includes('Your account will be deleted')]).toEqual([200, true]);
  return person;
}
const signIn = async (name: string) => {
  const person = newPerson(server);
  return (await person.submit(await person.open('/sign-in'), credentialsOf(name))).status;
};
const keep = async (link: string) => {
  const person = newPerson(server);
  return person.submit(await person.open(link), {});
};

describe('PE2: somebody deletes their account', () => {
  test('it is disabled at once, everywhere, and the mail says until when it can be had back', async () => {
    const other = await signedIn(server, 'ann');
    await leave('ann');
    expect((await other.open('/account')).status).toBe(303);
    expect(await signIn('ann')).toBe(400);
    const { subject, text } = await newestMail(server, 'ann@example.com');
    expect(subject).toMatch(/^Your account at .* will be deleted$/);
    expect(text).toContain('Until then you can keep it.');
  });

  test('only shortly after a sign-in, and with the token of the form', async () => {
    const person = await signedIn(server, 'ben');
    const forged = await post(person, '/account/remove', { body: '', status: 200, headers: {} }, {});
    expect(forged.status).toBe(403);
    clock.advance(601);
    expect((await person.open('/account/remove')).headers.location).toBe('/sign-in');
    expect((await find('ben'))?.disabledAt).toBeUndefined();
  });

  test('whoever has no address is told that no mail can undo it', async () => {
    const person = await signedIn(server, 'hal');
    const page = await person.open('/account/remove');
    expect(page.body).toContain('You have no confirmed email address');
    const answer = await post(person, '/account/remove', page, {});
    expect(answer.body).toContain('Your account will be deleted');
    expect(answer.body).not.toContain('the mail');
  });

  test('the link in the mail keeps it, once, and opening it changes nothing', async () => {
    await leave('ben');
    const link = await linkIn(server, 'ben@example.com');
    await newPerson(server).open(link);
    expect((await find('ben'))?.disabledAt).toBeDefined();
    const together = await Promise.all([keep(link), keep(link)]);
    expect(together.map(({ status }) => status).toSorted((one, two) => one - two)).toEqual([200, 404]);
    expect(await signIn('ben')).toBe(200);
    clock.advance(grace);
    await removeDue();
    expect(await find('ben')).toBeDefined();
  });

  test('a file of accounts that enables it keeps it', async () => {
    await leave('ivy');
    await accounts.put({ ...account('ivy'), email: 'ivy@example.com', disabled: false }, clock.now());
    expect(await signIn('ivy')).toBe(200);
    clock.advance(grace);
    await removeDue();
    expect(await find('ivy')).toBeDefined();
  });

  test('after the time, everything in its name is gone, and the name is free', async () => {
    const person = await signedIn(server, 'cem');
    await addPasskey(server, person);
    const app = await addTotp(person);
    await app.confirm(app.codeAt(clock.now()));
    await linkStore(database, tables.people).claim({ issuer: 'x', subject: 'y' }, 'sub-of-cem', { provider: 'x' }, 1);
    // A link that was broken off while it was made.
    const half = { pk: 'links#sub-of-cem', sk: 'half', provider: 'x', label: 'cem at x', at: 1 };
    await database.put({ TableName: tables.people, Item: half });
    await leave('cem');
    const link = await linkIn(server, 'cem@example.com');
    clock.advance(grace - 1);
    expect(await removeDue()).toEqual({ removed: 0 });
    clock.advance(1);
    expect((await keep(link)).status).toBe(404);
    expect(await removeDue()).toEqual({ removed: 1 });
    const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
    const { DynamoDBDocumentClient, ScanCommand } = await import('@aws-sdk/lib-dynamodb');
    const { Items: items = [] } = await DynamoDBDocumentClient.from(new DynamoDBClient({})).send(
      new ScanCommand({ TableName: tables.people }),
    );
    const left = items.filter((item) => /sub-of-cem|username#cem/.test(JSON.stringify(item)));
    expect(left.map(({ pk }) => pk as string)).toEqual([]);
    expect((await accounts.add({ username: 'cem', claims: {} }, clock.now())).ok).toBe(true);
  });

  test('an operator keeps it, too', async () => {
    await leave('dot');
    await accounts.enable('sub-of-dot');
    clock.advance(grace);
    expect(await removeDue()).toEqual({ removed: 0 });
    expect(await signIn('dot')).toBe(200);
  });

  test('a removal that was broken off goes on', async () => {
    await leave('eve');
    clock.advance(grace);
    await expect(removeDue(failingAt('remove'))).rejects.toThrow('no answer');
    expect(await removeDue()).toEqual({ removed: 1 });
    expect(await find('eve')).toBeUndefined();
  });

  test('one that cannot be removed does not keep the others', async () => {
    await leave('fay');
    clock.advance(1);
    await leave('gus');
    clock.advance(grace);
    const failing = failingAt('get', (input) => JSON.stringify(input).includes('sub-of-fay'));
    await expect(removeDue(failing)).rejects.toThrow('no answer');
    expect([(await find('fay'))?.sub, (await find('gus'))?.sub]).toEqual(['sub-of-fay', undefined]);
    expect(await removeDue()).toEqual({ removed: 1 });
  });
});
