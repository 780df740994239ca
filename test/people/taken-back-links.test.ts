import { beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../../functions/mail/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { generateSecret } from '../../shared/secret.ts';
import { linkIn, readMailbox } from '../support/mailbox.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, credentialsOf, post, signedIn } from './account-flows.ts';

const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay', 'gus', 'hal'];
const server = await startTestServer({
  accounts: names.map((name) => ({ ...account(name), email: `${name}@example.com` })),
  environment: { PIXY_MAIL: 'local', PIXY_PROFILE_FIELDS: 'email name', PIXY_REMOVAL_GRACE: String(14 * 86_400) },
});
const { clock } = server;
const database = openDatabase();
const accounts = accountStore(database, tables.people);
const find = (name: string) => accounts.findBySubject(`sub-of-${name}`);
const ownersPassword = 'a new password of the owner';

beforeEach(() => clock.advance(3_600));

const mailHandler = () => {
  const lines: string[] = [];
  const env = {
    PIXY_ISSUER: 'https://id.example.com',
    PIXY_GRANTS_TABLE: tables.grants,
    PIXY_CLIENTS_TABLE: tables.clients,
    PIXY_PEOPLE_TABLE: tables.people,
    PIXY_KEYS_TABLE: tables.keys,
  };
  const runtime = openRuntime(env, { database, now: clock.now, writeLine: (line) => lines.push(line) });
  const handler = compose(runtime, async () => undefined);
  const reasons = () => lines.map((line) => JSON.parse(line).reason);
  return { reasons, carryOut: (order: object) => handler(order, { awsRequestId: generateSecret() }) };
};

/** Somebody in the account of `name` asks for a change of its address. */
async function askFor(name: string, email: string) {
  const stranger = await signedIn(server, name);
  const page = await stranger.open('/account/profile');
  await post(stranger, '/account/profile', page, { email });
  return stranger;
}

async function follow(link: string, fields: Record<string, string> = {}) {
  const person = newPerson(server);
  return person.submit(await person.open(link), fields);
}

async function confirm(to: string) {
  return follow(await linkIn(server, to));
}

describe('ML3, ML4: a change of the address that was asked for before its person took the account back', () => {
  test('is confirmed where nothing else happened', async () => {
    await askFor('gus', 'gus@example.org');
    expect((await confirm('gus@example.org')).status).toBe(200);
    expect((await find('gus'))?.email).toBe('gus@example.org');
  });

  test('ends with “this was not me”', async () => {
    const stranger = newPerson(server);
    await stranger.submit(await stranger.open('/sign-in'), credentialsOf('ann'));
    const page = await stranger.open('/account/profile');
    await post(stranger, '/account/profile', page, { email: 'ann@example.org' });
    const back = await follow(await linkIn(server, 'ann@example.com'), { password: ownersPassword });
    expect(back.headers.location).toBe('/account');
    expect((await confirm('ann@example.org')).status).toBe(404);
    expect((await find('ann'))?.email).toBe('ann@example.com');
    await askForPassword('ann@example.org');
    expect((await readMailbox(server)).filter(({ to }) => to === 'ann@example.org')).toHaveLength(1);
  });

  test('ends with a password that an operator sets', async () => {
    await askFor('ben', 'ben@example.org');
    const link = await linkIn(server, 'ben@example.org');
    await accounts.setPassword('sub-of-ben', (await find('ben'))?.passwordHash ?? '');
    expect((await follow(link)).status).toBe(404);
    expect((await find('ben'))?.email).toBe('ben@example.com');
  });

  test('ends with an operator who disables the account and enables it again', async () => {
    await askFor('hal', 'hal@example.org');
    const link = await linkIn(server, 'hal@example.org');
    await accounts.disable('sub-of-hal', clock.now());
    await accounts.enable('sub-of-hal');
    expect((await follow(link)).status).toBe(404);
    expect((await find('hal'))?.email).toBe('hal@example.com');
  });

  test('gets no mail when its order is carried out afterwards', async () => {
    const { epoch } = (await find('cem')) ?? {};
    await accounts.setPassword('sub-of-cem', (await find('cem'))?.passwordHash ?? '');
    const mail = mailHandler();
    const order = { kind: 'verify', id: generateSecret(), at: clock.now(), language: 'en', sub: 'sub-of-cem', epoch };
    await mail.carryOut({ ...order, email: 'cem@example.org' });
    expect(mail.reasons()).toEqual(['mail_too_late']);
    expect((await find('cem'))?.verification).toBeUndefined();
  });

  test('is not written when the account is taken back between reading and writing', async () => {
    await askFor('dot', 'dot@example.org');
    await linkIn(server, 'dot@example.org');
    const seen = await find('dot');
    expect(seen?.verification).toBeDefined();
    await accounts.setPassword('sub-of-dot', seen?.passwordHash ?? '');
    if (!seen) throw new Error('no account');
    const changed = await accounts.change(seen, { email: 'dot@example.org' }, clock.now(), seen.verification);
    expect(changed.ok).toBe(false);
    expect((await find('dot'))?.email).toBe('dot@example.com');
  });
});

async function askForPassword(username: string, path = '/forgotten-password') {
  const person = newPerson(server);
  await post(person, path, await person.open(path), { username });
}

describe('PE2: an account that its person has deleted', () => {
  const remove = async (name: string) => {
    const person = await signedIn(server, name);
    await post(person, '/account/remove', await person.open('/account/remove'), {});
    return linkIn(server, `${name}@example.com`);
  };

  test('is not enabled by the link that keeps it, when an operator has disabled it meanwhile', async () => {
    const link = await remove('fay');
    await accounts.disable('sub-of-fay', clock.now());
    expect((await newPerson(server).open(link)).status).toBe(404);
    const removal = (await find('fay'))?.removal;
    expect(await accounts.undoRemoval('sub-of-fay', { hash: removal?.link.hash ?? '' }, clock.now())).toBeUndefined();
    expect((await find('fay'))?.disabledAt).toBeDefined();
  });

  test('is kept by its link once the operator has enabled it and it is deleted anew', async () => {
    await accounts.disable('sub-of-eve', clock.now());
    await accounts.enable('sub-of-eve');
    expect((await follow(await remove('eve'))).status).toBe(200);
    expect((await find('eve'))?.disabledAt).toBeUndefined();
  });
});

describe('ML1: whoever asks for somebody else’s mail', () => {
  test.each(['done=invitation&client_id=x', 'token=junk&client_id=x'])(
    'does not spoil its link with %s',
    async (query) => {
      await askForPassword('gus', `/forgotten-password?${query}`);
      const opened = await newPerson(server).open(await linkIn(server, 'gus@example.org'));
      expect([opened.status, opened.body.includes('name="password"')]).toEqual([200, true]);
    },
  );
});
