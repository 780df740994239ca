import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { accountKey } from '../../shared/people/standing-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { spa } from '../support/clients.ts';
import { linkIn, newestMail, readMailbox } from '../support/mailbox.ts';
import { newPerson } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, addPasskey, addTotp, credentialsOf, post, signedIn } from './account-flows.ts';

const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay'];
const server = await startTestServer({
  clients: [{ ...spa, client_name: 'The App' }],
  accounts: names.map((name) => ({ ...account(name), email: `${name}@example.com` })),
  environment: { PIXY_MAIL: 'local', PIXY_PROFILE_FIELDS: 'email name locale birthdate zoneinfo website' },
});
const { clock } = server;
const accounts = accountStore(openDatabase(), tables.people);
const profile = '/account/profile';
const find = (name: string) => accounts.findBySubject(`sub-of-${name}`);

beforeEach(() => clock.advance(3_600));

describe('PE1: somebody changes their profile', () => {
  test('as far as the operator lists it, and clients get it', async () => {
    const person = await signedIn(server, 'ann');
    const page = await person.open(profile);
    expect(page.body).toContain('value="Name of ann"');
    const saved = await post(person, profile, page, { name: ' Ann Other ', locale: 'de-AT', nickname: 'not listed' });
    expect(saved.headers.location).toBe('/account');
    expect((await person.open('/account')).body).toContain('Your changes are saved.');
    expect((await find('ann'))?.claims).toEqual({
      sub: 'sub-of-ann',
      name: 'Ann Other',
      locale: 'de-AT',
      email: 'ann@example.com',
      email_verified: false,
    });
  });

  test.each([
    ['name', 'two\nlines'],
    ['name', 'x'.repeat(201)],
    ['locale', 'not a language'],
    ['birthdate', 'yesterday'],
    ['birthdate', '2000-02-31x'],
    ['zoneinfo', 'Mars/Olympus'],
    ['website', 'javascript:alert(1)'],
  ])('but not %s to %j', async (field, value) => {
    const person = await signedIn(server, 'ben');
    const before = await find('ben');
    const refused = await post(person, profile, await person.open(profile), { [field]: value });
    expect([refused.status, refused.body.includes('aria-invalid="true"')]).toEqual([400, true]);
    expect((await find('ben'))?.claims).toEqual(before?.claims);
  });

  test('only shortly after a sign-in, and with the token of the form', async () => {
    const person = await signedIn(server, 'ben');
    const forged = await post(person, profile, { body: '', status: 200, headers: {} }, { name: 'Forged' });
    expect(forged.status).toBe(403);
    clock.advance(601);
    expect((await person.open(profile)).headers.location).toBe('/sign-in');
  });

  test('an address counts once it was confirmed, and the old one is told (ML3, ML4)', async () => {
    const person = await signedIn(server, 'cem');
    const asked = await post(person, profile, await person.open(profile), { email: 'new@example.com', name: 'Cem' });
    expect(asked.headers.location).toBe('/account');
    expect((await accounts.findByUsername('cem@example.com'))?.email).toBe('cem@example.com');
    const other = newPerson(server);
    await other.submit(await other.open(await linkIn(server, 'new@example.com')), {});
    expect((await accounts.findByUsername('new@example.com'))?.claims).toMatchObject({ email_verified: true });
    expect(await accounts.findByUsername('cem@example.com')).toBeUndefined();
    for (const to of ['cem@example.com', 'new@example.com']) {
      expect((await newestMail(server, to)).subject).toMatch(/the email address was changed$/);
    }
  });

  test('"this was not me" at the old address takes the address back, too', async () => {
    const stranger = await signedIn(server, 'dot');
    await post(stranger, profile, await stranger.open(profile), { email: 'stranger@example.com' });
    const confirming = newPerson(server);
    await confirming.submit(await confirming.open(await linkIn(server, 'stranger@example.com')), {});
    const owner = newPerson(server);
    const page = await owner.open(await linkIn(server, 'dot@example.com'));
    await owner.submit(page, { password: 'a new password of the owner' });
    expect((await accounts.findByUsername('dot@example.com'))?.sub).toBe('sub-of-dot');
    expect(await accounts.findByUsername('stranger@example.com')).toBeUndefined();
    expect((await stranger.open('/account')).status).toBe(303);
  });

  test('an address that is none is refused; the one of before sends no mail', async () => {
    const person = await signedIn(server, 'eve');
    const before = (await readMailbox(server)).length;
    const page = await person.open(profile);
    for (const email of ['nobody', 'a@example.com\r\nBcc: b@example.com', `${'x'.repeat(65)}@example.com`]) {
      expect((await post(person, profile, page, { email })).status).toBe(400);
    }
    expect((await post(person, profile, page, { email: ' EVE@example.com' })).status).toBe(303);
    expect((await readMailbox(server)).length).toBe(before);
  });
});

test('PE1: nothing is changed when too many mails were asked for an address', async () => {
  const person = await signedIn(server, 'ann');
  const ask = async (fields: Record<string, string>) => post(person, profile, await person.open(profile), fields);
  const before = await find('ann');
  for (let asked = 0; asked < 5; asked += 1)
    await ask({ email: 'flood@example.com', name: before?.claims['name'] as string });
  expect((await ask({ email: 'flood@example.com', name: 'Changed' })).status).toBe(429);
  expect((await find('ann'))?.claims['name']).toBe(before?.claims['name']);
});

describe('PE3: what is stored about somebody', () => {
  test('is theirs as a file, with no secret in it', async () => {
    const person = await signedIn(server, 'eve');
    await addPasskey(server, person, { name: 'Laptop' });
    const exported = await person.open('/account/export');
    expect(exported.headers['content-disposition']).toBe('attachment; filename="account.json"');
    const told = JSON.parse(exported.body);
    expect(told).toMatchObject({
      sub: 'sub-of-eve',
      username: 'eve',
      has_password: true,
      passkeys: [{ name: 'Laptop' }],
    });
    expect(told.sessions).toContainEqual(expect.objectContaining({ is_this_one: true, methods: ['pwd'] }));
    const { passwordHash = 'none' } = (await find('eve')) ?? {};
    expect(exported.body).not.toContain(passwordHash);
    expect(exported.body).not.toMatch(/argon2|hash|salt/);
  });

  test('has addresses that are not theirs yet or no longer, and since when there are ways to sign in', async () => {
    const person = await signedIn(server, 'fay');
    const app = await addTotp(person);
    await app.confirm(app.codeAt(clock.now()));
    const identity = { issuer: 'https://idp', subject: 'fay' };
    await linkStore(openDatabase(), tables.people).claim(identity, 'sub-of-fay', { provider: 'idp' }, clock.now());
    const ask = async (email: string) => post(person, profile, await person.open(profile), { email });
    await ask('second@example.com');
    const confirming = newPerson(server);
    await confirming.submit(await confirming.open(await linkIn(server, 'second@example.com')), {});
    await newestMail(server, 'fay@example.com');
    await ask('third@example.com');
    await newestMail(server, 'third@example.com');
    const now = new Date(clock.now() * 1_000).toISOString();
    expect(JSON.parse((await person.open('/account/export')).body)).toMatchObject({
      email: 'second@example.com',
      former_address: 'fay@example.com',
      address_to_confirm: 'third@example.com',
      authenticator_app: { set_up_at: now },
      linked_accounts: [{ provider: 'idp', linked_at: now }],
    });
  });

  test('OC11: has what apps knew them by at another server', async () => {
    const person = await signedIn(server, 'dot');
    await openDatabase().update({
      TableName: tables.people,
      Key: accountKey('sub-of-dot'),
      UpdateExpression: 'SET pairwiseSubjects = :given',
      ExpressionAttributeValues: { ':given': { 'shop.example': 'as-before' } },
    });
    const told = JSON.parse((await person.open('/account/export')).body);
    expect(told.pairwise_subjects).toEqual({ 'shop.example': 'as-before' });
  });

  test('is for nobody else, and only shortly after a sign-in', async () => {
    expect((await newPerson(server).open('/account/export')).headers.location).toBe('/sign-in');
    const person = await signedIn(server, 'eve');
    const elsewhere = await person.open('/account/export', { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(elsewhere.headers.location).toBe('/account');
    clock.advance(601);
    expect((await person.open('/account/export')).headers.location).toBe('/sign-in');
  });
});

test('a session shows the app it is for, and how the address began', async () => {
  const person = newPerson(server);
  const page = await person.follow(authorizeTarget(spa, {}));
  await person.submit(page, credentialsOf('eve'));
  expect((await person.open('/account')).body).toMatch(/for The App, from an address that begins with 127\.0</);
});
