import { beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../../functions/mail/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import type { Message } from '../../shared/mail/send.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newMailedLinkUntil } from '../../shared/people/mailed-link.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { standsBy } from '../../shared/people/still-valid.ts';
import { generateSecret } from '../../shared/secret.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { linkIn, readMailbox } from '../support/mailbox.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import {
  type Authenticator,
  account,
  addPasskey,
  addTotp,
  credentialsOf,
  passkeyFormOf,
  post,
  signedIn,
} from './account-flows.ts';
import type { RequestOptions } from './authenticator.ts';

const names = [
  'ann',
  'ben',
  'cem',
  'dot',
  'eve',
  'fay',
  'gus',
  'hal',
  'ida',
  'jon',
  'kay',
  'lea',
  'max',
  'noa',
  'ola',
  'pia',
  'xia',
  'quy',
  'ron',
  'sam',
  'tom',
  'uwe',
  'viv',
  'wim',
  'xin',
];
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

const mailHandler = (used = database) => {
  const lines: string[] = [];
  const sent: Message[] = [];
  const env = {
    PIXY_ISSUER: 'https://id.example.com',
    PIXY_GRANTS_TABLE: tables.grants,
    PIXY_CLIENTS_TABLE: tables.clients,
    PIXY_PEOPLE_TABLE: tables.people,
    PIXY_KEYS_TABLE: tables.keys,
  };
  const runtime = openRuntime(env, { database: used, now: clock.now, writeLine: (line) => lines.push(line) });
  const handler = compose(runtime, async (message) => void sent.push(message));
  const reasons = () => lines.map((line) => JSON.parse(line).reason);
  return { reasons, sent, carryOut: (order: object) => handler(order, { awsRequestId: generateSecret() }) };
};

/** Somebody in the account of `name` asks for a change of its address. */
async function askFor(name: string, email: string) {
  const stranger = await signedIn(server, name);
  const page = await stranger.open('/account/profile');
  await post(stranger, '/account/profile', page, { email });
  return stranger;
}

const raise = (): never => {
  throw new Error('there is no such account');
};

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

  test('ends with another password in a file of accounts', async () => {
    const { link } = await changeAddress('xia', 'xia@example.org');
    await accounts.put({ username: 'xia', email: 'xia@example.org', claims: {}, password: 'from a file of accounts' });
    expect((await newPerson(server).open(link)).status).toBe(404);
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

/** A stranger changes the address of `name`. Answers with the link that the address of before gets. */
async function changeAddress(name: string, email: string) {
  const stranger = await askFor(name, email);
  await confirm(email);
  return { stranger, link: await linkIn(server, `${name}@example.com`) };
}

/** The links of all mails to an address, the newest last, once there are so many. */
async function linksTo(email: string, count: number): Promise<string[]> {
  const links = async () =>
    (await readMailbox(server))
      .filter(({ to }) => to === email)
      .map(({ links: [link = ''] }) => link)
      .toReversed();
  await expect.poll(async () => (await links()).length).toBe(count);
  return links();
}

describe('ML4: the link at an address that a stranger replaced', () => {
  const isTakenBack = async (name: string, link: string) => {
    const back = await follow(link, { password: ownersPassword });
    expect(back.headers.location).toBe('/account');
    expect((await find(name))?.email).toBe(`${name}@example.com`);
  };

  test('outlives the next notice, and then ends the link of that one', async () => {
    const { stranger, link } = await changeAddress('ida', 'ida@example.org');
    await addPasskey(server, stranger);
    const later = (await linksTo('ida@example.org', 3)).at(-1) ?? '';
    expect((await newPerson(server).open(later)).status).toBe(200);
    await isTakenBack('ida', link);
    expect((await newPerson(server).open(later)).status).toBe(404);
  });

  test('outlives a lost password that is asked for at the new address', async () => {
    const { link } = await changeAddress('jon', 'jon@example.org');
    await askForPassword('jon@example.org');
    const [, , lost = ''] = await linksTo('jon@example.org', 3);
    expect((await follow(lost, { password: 'the password of a stranger' })).headers.location).toBe('/account');
    await isTakenBack('jon', link);
  });

  test('outlives “this was not me” of the stranger at the new address', async () => {
    const { stranger, link } = await changeAddress('kay', 'kay@example.org');
    await addPasskey(server, stranger);
    const [, , alarm = ''] = await linksTo('kay@example.org', 3);
    expect((await follow(alarm, { password: 'the password of a stranger' })).headers.location).toBe('/account');
    await isTakenBack('kay', link);
  });

  test('outlives another change of the address, in whatever order the mails are written', async () => {
    const before = await find('lea');
    const mail = mailHandler();
    const { sub = '' } = before ?? {};
    const order = (formerly: string, at: number) => ({
      kind: 'notice',
      id: generateSecret(),
      at,
      language: 'en',
      sub,
      what: 'addressChanged',
      formerly,
    });
    await mail.carryOut(order('second@example.org', clock.now() + 2));
    await mail.carryOut(order('lea@example.com', clock.now() + 1));
    await mail.carryOut(order('third@example.org', clock.now() + 3));
    expect((await find('lea'))?.restoringLink?.email).toBe('lea@example.com');
    expect((await find('lea'))?.alarmLink?.email).toBe('third@example.org');
  });

  test('is in no mail to the new address, where its use would end it', async () => {
    const { link } = await changeAddress('tom', 'tom@example.org');
    expect(await linksTo('tom@example.org', 2)).not.toContain(link);
    for (const other of (await linksTo('tom@example.org', 2)).filter((one) => one !== '')) {
      await follow(other, { password: 'the password of a stranger' });
    }
    await isTakenBack('tom', link);
  });

  test('gives way once it is used, and once it is over', async () => {
    const { link } = await changeAddress('max', 'max@example.org');
    await isTakenBack('max', link);
    const again = newPerson(server);
    await again.submit(await again.open('/sign-in'), { username: 'max', password: ownersPassword });
    const page = await again.open('/account/profile');
    await post(again, '/account/profile', page, { email: 'max@example.net' });
    await confirm('max@example.net');
    await expect.poll(async () => (await find('max'))?.restoringLink?.spentAt).toBeUndefined();
    expect((await newPerson(server).open(link)).status).toBe(404);
    clock.advance(86_400);
    const third = newPerson(server);
    await third.submit(await third.open('/sign-in'), { username: 'max', password: ownersPassword });
    await post(third, '/account/profile', await third.open('/account/profile'), { email: 'max@example.info' });
    await confirm('max@example.info');
    await expect.poll(async () => (await find('max'))?.restoringLink?.email).toBe('max@example.net');
  });

  test('ends with a password that an operator sets', async () => {
    const { link } = await changeAddress('noa', 'noa@example.org');
    await accounts.setPassword('sub-of-noa', (await find('noa'))?.passwordHash ?? '');
    expect((await newPerson(server).open(link)).status).toBe(404);
  });

  test('PE2: is good after the stranger deletes the account, which the address of before can keep, too', async () => {
    const { stranger, link } = await changeAddress('ola', 'ola@example.org');
    await post(stranger, '/account/remove', await stranger.open('/account/remove'), {});
    const [, keep = ''] = await linksTo('ola@example.com', 2);
    expect((await follow(keep)).status).toBe(200);
    await isTakenBack('ola', link);
  });

  /** A stranger changes the address of `name` and deletes the account before anybody is told: the two orders. */
  async function changeAndDelete(name: string) {
    const seen = (await find(name)) ?? raise();
    const email = `${name}@example.org`;
    const change = { email, claims: { ...seen.claims, email, email_verified: true } };
    await accounts.change(seen, change, clock.now());
    const [notice, removal] = [generateSecret(), generateSecret()].map((id) => ({ id, at: clock.now() }));
    const due = clock.now() + 14 * 86_400;
    const link = newMailedLinkUntil(removal ?? raise(), due);
    await accounts.startRemoval(seen.sub, seen.epoch, { due, link }, clock.now());
    const common = { language: 'en', sub: seen.sub };
    return {
      notice: { kind: 'notice', ...notice, ...common, what: 'addressChanged', formerly: `${name}@example.com` },
      removal: { kind: 'removal', ...removal, ...common },
    };
  }

  test.each([
    ['quy', ['notice', 'removal']],
    ['ron', ['removal', 'notice']],
  ] as const)('PE2: %s: takes a deleted account back when %j are carried out afterwards', async (name, order) => {
    const orders = await changeAndDelete(name);
    const mail = mailHandler();
    for (const which of order) await mail.carryOut(orders[which]);
    expect(mail.reasons()).toEqual([undefined, undefined]);
    const told = mail.sent.find(({ to, subject }) => to === `${name}@example.com` && subject.includes('was changed'));
    const link = /https:\/\/id\.example\.com(\S+)/.exec(told?.text ?? '')?.[1] ?? '';
    await isTakenBack(name, link);
    const { disabledAt, removal } = (await find(name)) ?? raise();
    expect([disabledAt, removal]).toEqual([undefined, undefined]);
  });

  test('PE2: is not for an account that an operator has disabled', async () => {
    const { notice } = await changeAndDelete('sam');
    const mail = mailHandler();
    await mail.carryOut(notice);
    const link = /https:\/\/id\.example\.com(\S+)/.exec(mail.sent[0]?.text ?? '')?.[1] ?? '';
    expect((await newPerson(server).open(link)).status).toBe(200);
    await accounts.disable('sub-of-sam', clock.now());
    expect((await newPerson(server).open(link)).status).toBe(404);
    await mail.carryOut({ ...notice, id: generateSecret() });
    expect(mail.reasons().at(-1)).toBe('mail_to_nobody');
  });
});

describe('ML2, ML4: a link for an address that was read just before its person took the account back', () => {
  /** The database, where something else happens before the mail function puts its link there. */
  const justBefore = (place: string, happens: () => Promise<unknown>) => {
    let isDone = false;
    return new Proxy(database, {
      get: (target, name: keyof typeof database) =>
        name === 'updateOnce'
          ? async (input: Parameters<typeof database.updateOnce>[0]) => {
              if (!isDone && input.UpdateExpression?.includes(`${place} = :link`)) {
                isDone = true;
                await happens();
              }
              return target.updateOnce(input);
            }
          : target[name],
    });
  };

  test.each([
    ['wim', 'mailedLink', { kind: 'forgotten', name: 'wim', query: '' }],
    ['xin', 'alarmLink', { kind: 'notice', sub: 'sub-of-xin', what: 'passkeyAdded' }],
  ])('%s: a %s is not mailed to it, and the order is carried out again', async (name, place, order) => {
    const { link } = await changeAddress(name, `${name}@example.org`);
    const mail = mailHandler(
      justBefore(place, async () => {
        expect((await follow(link, { password: ownersPassword })).headers.location).toBe('/account');
        // The notice that the password was changed.
        await readMailbox(server);
      }),
    );
    const full = { ...order, id: generateSecret(), at: clock.now(), language: 'en' };
    await expect(mail.carryOut(full)).rejects.toThrow('taken back');
    expect(mail.sent).toEqual([]);
    await mail.carryOut(full);
    expect(mail.sent.map(({ to }) => to)).toEqual([`${name}@example.com`]);
  });
});

describe('ML4: an authenticator app of a stranger', () => {
  test('does not stand in the way of the link beside the newest notice', async () => {
    const stranger = await signedIn(server, 'pia');
    const app = await addTotp(stranger);
    await app.confirm(app.codeAt(clock.now()));
    await addPasskey(server, stranger);
    const newest = (await linksTo('pia@example.com', 2)).at(-1) ?? '';
    expect((await follow(newest, { password: ownersPassword })).headers.location).toBe('/account');
    const stays = newPerson(server);
    await stays.submit(await stays.open('/sign-in'), { username: 'pia', password: ownersPassword });
    expect((await stays.open('/account')).status).toBe(200);
  });
});

describe('ML4: a passkey or a link to a provider of a stranger', () => {
  const links = linkStore(database, tables.people);
  const ways = async (name: string) => {
    const [passkeys, linked] = await Promise.all([
      passkeyStore(database, tables.people).list(`sub-of-${name}`),
      links.list(`sub-of-${name}`),
    ]);
    return [...passkeys.map(({ name: own }) => own), ...linked.map(({ label }) => label)];
  };

  test('goes with the link beside a notice, and what is older than a day stays', async () => {
    const owner = await signedIn(server, 'uwe');
    const old = await addPasskey(server, owner, { name: 'Phone' });
    clock.advance(86_400);
    const stranger = await signedIn(server, 'uwe');
    const added = await addPasskey(server, stranger, { name: '<Laptop>' });
    const { epoch = 0 } = (await find('uwe')) ?? {};
    const details = { provider: 'idp', label: 'stranger@idp', epoch };
    await links.claim({ issuer: 'https://idp', subject: 'uwe' }, 'sub-of-uwe', details, clock.now());
    clock.advance(3_600);
    const link = await linkIn(server, 'uwe@example.com');
    const page = await newPerson(server).open(link);
    expect(page.body).toMatch(/<p class="notice">[^<]*&lt;Laptop&gt;, stranger@idp\.?<\/p>/);
    expect((await follow(link, { password: ownersPassword })).headers.location).toBe('/account');
    expect(await ways('uwe')).toEqual(['Phone']);
    expect(await signInWith(added)).toBe(false);
    expect(await signInWith(old)).toBe(true);
  });

  test('counts no more, even if it is deleted later or was on its way', async () => {
    const stranger = await signedIn(server, 'viv');
    await addPasskey(server, stranger);
    const link = await linkIn(server, 'viv@example.com');
    const seen = (await find('viv')) ?? raise();
    const alarm = seen.alarmLink ?? raise();
    expect(link).toContain('token');
    const taken = await accounts.accept(
      'sub-of-viv',
      { ...alarm, place: 'alarmLink', recentSince: alarm.requestedAt - 86_400 },
      seen.passwordHash ?? '',
      clock.now(),
    );
    const late = { epoch: seen.epoch, createdAt: clock.now() };
    expect([taken && standsBy(taken, late), taken && standsBy(taken, { ...late, epoch: taken.epoch })]).toEqual([
      false,
      true,
    ]);
  });
});

/** Whether somebody signs in with a passkey. */
async function signInWith(authenticator: Authenticator): Promise<boolean> {
  const person = newPerson(server);
  const page = await person.open('/sign-in');
  const { options, action } = passkeyFormOf<RequestOptions>(page);
  await post(person, action, page, { credential: authenticator.get(options) });
  return Boolean(person.cookies.get('pixy_session'));
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
