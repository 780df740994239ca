import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import type { Account } from '../../shared/people/account.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { findAccount } from '../../shared/upstream/find-account.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { parseProviders } from '../../shared/upstream/provider.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { newPerson, type Page, type Person } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import {
  type Authenticator,
  account,
  act,
  addPasskey,
  addTotp,
  passkeyFormOf,
  post,
  signedIn,
  waitingForCode,
} from './account-flows.ts';
import type { RequestOptions } from './authenticator.ts';

const proxy = await startDatabaseProxy();
const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay', 'gus', 'hal', 'ida'];
const provider = { id: 'acme', name: 'Acme', issuer: 'https://upstream.example', client_id: 'pixy' };
const server = await startTestServer({
  clients: [],
  accounts: names.map(account),
  dynamodb: proxy.endpoint,
  environment: { PIXY_UPSTREAMS: JSON.stringify([provider]) },
});
const { clock } = server;
const database = openDatabase();
const accounts = accountStore(database, tables.people);
const passkeys = passkeyStore(database, tables.people);
const links = linkStore(database, tables.people);
const next = 'a new password of the owner';
const noDeletes = { status: 400, type: 'AccessDeniedException', only: `DeleteItem ${tables.people}` };

beforeEach(() => clock.advance(3_600));

const subOf = (name: string) => `sub-of-${name}`;
const find = async (name: string): Promise<Account> => {
  const found = await accounts.findBySubject(subOf(name));
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};
const pairOf = (name: string) => ({ issuer: provider.issuer, subject: `of ${name}` });

/** What somebody else left in an account: a passkey and a link, of before accounts had a member that says which ones count. */
async function leftIn(name: string): Promise<{ owner: Person; passkey: Authenticator }> {
  const owner = await signedIn(server, name);
  const passkey = await addPasskey(server, owner, { name: 'Not mine' });
  await links.claim(pairOf(name), subOf(name), { provider: 'acme', label: 'Stranger' }, clock.now());
  return { owner, passkey };
}

async function linkOf(name: string, everything: boolean): Promise<string> {
  const { token, invitation } = newLink(subOf(name), 'reset', clock.now(), 600, everything);
  await accounts.invite(subOf(name), invitation);
  return `/invitation?token=${token}`;
}

/** Spends a link with a new password, in a browser of its own. */
async function reset(name: string, { everything = false } = {}): Promise<{ person: Person; answer: Page }> {
  const person = newPerson(server);
  const page = await person.open(await linkOf(name, everything));
  return { person, answer: await person.submit(page, { password: next }) };
}

/** Whether somebody signs in, and with what. */
async function signsInWith(passkey: Authenticator): Promise<boolean> {
  const person = newPerson(server);
  const page = await person.open('/sign-in');
  const { options, action } = passkeyFormOf<RequestOptions>(page);
  return (await post(person, action, page, { credential: passkey.get(options) })).status === 200;
}
const signsInAtProvider = async (name: string): Promise<boolean> => {
  const [upstream] = (parsed.ok && parsed.value) || [];
  if (!upstream) throw new Error('the provider is malformed');
  const identity = { ...pairOf(name), claims: {}, amr: [] };
  const found = await findAccount(identity, upstream, { links, accounts }, clock.now());
  return found.ok && found.value.sub === subOf(name);
};
const parsed = parseProviders([provider]);
const afterPassword = async (name: string): Promise<string | undefined> => {
  const person = newPerson(server);
  const answer = await person.submit(await person.open('/sign-in'), { username: name, password: next });
  return answer.status === 200 ? 'signed in' : answer.headers.location;
};
const stored = async (pk: string, sk: string) => database.get({ TableName: tables.people, Key: { pk, sk } });

describe('S13: after a reset', () => {
  test('the next page shows the ways into the account, and removes them without another sign-in or script', async () => {
    const { passkey } = await leftIn('ann');
    const { person, answer } = await reset('ann');
    expect(answer.headers.location).toBe('/account');
    const page = await person.open('/account');
    for (const text of ['Everybody was signed out of your account.', 'Not mine', 'Stranger', 'Authenticator app']) {
      expect(page.body).toContain(text);
    }
    const [listed] = await passkeys.list(subOf('ann'));
    const [link] = await links.list(subOf('ann'));
    await act(person, { action: 'remove_passkey', id: listed?.id ?? '' });
    await act(person, { action: 'unlink', id: link?.id ?? '' });
    const { body } = await person.open('/account');
    expect([body.includes('Not mine'), body.includes('Stranger')]).toEqual([false, false]);
    expect([await signsInWith(passkey), await signsInAtProvider('ann')]).toEqual([false, false]);
  });

  test('an authenticator app is asked for its code first, and then can be turned off at once', async () => {
    const app = await addTotp(await signedIn(server, 'ben'));
    await app.confirm(app.codeAt(clock.now()));
    clock.advance(60);
    const { person, answer } = await reset('ben');
    expect(answer.headers.location).toBe('/invitation?done=reset');
    expect(answer.headers['set-cookie']?.join()).not.toContain('pixy_session=');
    expect((await person.open('/account')).headers.location).toBe('/sign-in');
    expect((await person.open('/invitation?done=reset')).body).toContain('href="/sign-in/code"');
    const entered = await person.submit(await person.open('/sign-in/code'), { code: app.codeAt(clock.now()) });
    expect(entered.headers.location).toBe('/account');
    const page = await person.open('/account');
    expect(page.body).toContain('Everybody was signed out of your account.');
    expect(page.body).toContain('You have 10 recovery codes left.');
    await act(person, { action: 'turn_off_totp' });
    expect(await afterPassword('ben')).toBe('signed in');
  });
});

describe('S13: a link that removes everything', () => {
  test('says so before it is used, and removes nothing until then', async () => {
    const { passkey } = await leftIn('cem');
    const link = await linkOf('cem', true);
    const page = await newPerson(server).open(link);
    expect(page.body).toContain('This link also removes every other way to sign in');
    expect((await newPerson(server).open(await linkOf('cem', false))).body).not.toContain('every other way');
    expect([await signsInWith(passkey), await signsInAtProvider('cem')]).toEqual([true, true]);
  });

  test('leaves the new password as the only way in, and signs its person in', async () => {
    const { owner, passkey } = await leftIn('dot');
    const app = await addTotp(owner);
    await app.confirm(app.codeAt(clock.now()));
    const { person, answer } = await reset('dot', { everything: true });
    expect(answer.headers.location).toBe('/account');
    const { body } = await person.open('/account');
    expect(body).not.toMatch(/Not mine|Stranger|recovery codes? left/);
    expect([await signsInWith(passkey), await signsInAtProvider('dot')]).toEqual([false, false]);
    expect(server.auditLines.join('\n')).toContain('"credential":"everything_removed"');
    expect(await afterPassword('dot')).toBe('signed in');
    expect([await passkeys.list(subOf('dot')), await links.list(subOf('dot'))]).toEqual([[], []]);
    expect(await stored('totp#sub-of-dot', 'totp')).toBeUndefined();
    const other = await addPasskey(server, person);
    expect(await signsInWith(other)).toBe(true);
  });

  test('leaves nothing half removed when what follows its one write fails; the account page deletes the rest', async () => {
    const { owner, passkey } = await leftIn('eve');
    const app = await addTotp(owner);
    await app.confirm(app.codeAt(clock.now()));
    const { person, answer } = await proxy.during(noDeletes, () => reset('eve', { everything: true }));
    expect(answer.headers.location).toBe('/account');
    expect(await passkeys.list(subOf('eve'))).toHaveLength(1);
    expect([await signsInWith(passkey), await signsInAtProvider('eve')]).toEqual([false, false]);
    expect(await afterPassword('eve')).toBe('signed in');
    const shown = await proxy.during(noDeletes, () => person.open('/account'));
    expect([shown.status, /Not mine|Stranger|recovery codes? left/.test(shown.body)]).toEqual([200, false]);
    // In the place of the app that is left, another one is set up.
    const another = await addTotp(person);
    expect((await another.confirm(another.codeAt(clock.now()))).codes).toHaveLength(10);
    await person.open('/account');
    expect([await passkeys.list(subOf('eve')), await links.list(subOf('eve'))]).toEqual([[], []]);
    expect(await afterPassword('eve')).toBe('/sign-in/code');
    expect(await signsInAtProvider('eve')).toBe(false);
  });

  test('ends what a session of before was about to add', async () => {
    const owner = await signedIn(server, 'fay');
    const before = await find('fay');
    const passkey = await addPasskey(server, owner);
    const [made] = await passkeys.list(subOf('fay'));
    await reset('fay', { everything: true });
    if (made) await passkeys.add({ ...made, epoch: before.epoch });
    await links.claim(pairOf('fay'), subOf('fay'), { provider: 'acme', epoch: before.epoch }, clock.now());
    expect(await passkeys.list(subOf('fay'))).toHaveLength(1);
    expect([await signsInWith(passkey), await signsInAtProvider('fay')]).toEqual([false, false]);
    // Linked again by the person who is signed in now, it counts.
    await links.claim(pairOf('fay'), subOf('fay'), { provider: 'acme', epoch: (await find('fay')).epoch }, clock.now());
    expect(await signsInAtProvider('fay')).toBe(true);
  });

  test('AV2: is no link for a second factor: one that does not remove everything still asks for the code', async () => {
    const app = await addTotp(await signedIn(server, 'gus'));
    await app.confirm(app.codeAt(clock.now()));
    await reset('gus');
    expect(await afterPassword('gus')).toBe('/sign-in/code');
    await reset('gus', { everything: true });
    expect(await afterPassword('gus')).toBe('signed in');
  });

  test('is spent once: the others remove nothing', async () => {
    const link = await linkOf('hal', true);
    const people = [newPerson(server), newPerson(server), newPerson(server)];
    const pages = await Promise.all(people.map((person) => person.open(link)));
    const answers = await Promise.all(people.map((person, at) => person.submit(pages[at] as Page, { password: next })));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    const { waysFrom, epoch } = await find('hal');
    expect(waysFrom).toBe(epoch);
  });

  test('ends a sign-in that waits for a code of the app that is removed', async () => {
    const app = await addTotp(await signedIn(server, 'ida'));
    await app.confirm(app.codeAt(clock.now()));
    clock.advance(60);
    const { person, page } = await waitingForCode(server, 'ida');
    await reset('ida', { everything: true });
    expect((await person.submit(page, { code: app.codeAt(clock.now()) })).status).not.toBe(200);
    expect((await person.open('/account')).headers.location).toBe('/sign-in');
  });
});
