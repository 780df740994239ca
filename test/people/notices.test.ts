import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { linkIn, newestMail, readMailbox } from '../support/mailbox.ts';
import { newPerson, type Person } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import {
  acceptWithPasskey,
  account,
  act,
  addPasskey,
  addTotp,
  credentialsOf,
  post,
  signedIn,
} from './account-flows.ts';
import { makeAuthenticator } from './authenticator.ts';

const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay', 'gus'];
const addressOf = (name: string) => `${name}@example.com`;
const database = await startDatabaseProxy();
const server = await startTestServer({
  dynamodb: database.endpoint,
  accounts: names.map((name) => ({ ...account(name), email: addressOf(name) })),
  environment: { PIXY_MAIL: 'local', PIXY_BRAND: JSON.stringify({ name: 'Example' }) },
});
const { clock } = server;
const accounts = accountStore(openDatabase(), tables.people);
const next = 'a new password of the owner';
const userAgent = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15';

beforeEach(() => clock.advance(3_600));

const subjectsTo = async (name: string) =>
  (await readMailbox(server)).filter(({ to }) => to === addressOf(name)).map(({ subject }) => subject);

/** Signs in with the password, in this browser. */
const signIn = async (person: Person, name: string) => {
  const page = await person.open('/sign-in');
  return post(person, '/sign-in', page, credentialsOf(name));
};

describe('ML4: somebody is told by mail', () => {
  test('of a sign-in in a new browser, and not of the next one there', async () => {
    const person = newPerson(server);
    await signIn(person, 'ann');
    const mail = await newestMail(server, addressOf('ann'));
    expect(mail.subject).toBe('Your account at Example: a sign-in with a new device');
    expect(mail.text).toMatch(/From an address that begins with 127\.0\n/);
    expect(mail.text).toMatch(/Time: \w+ \d{1,2}, \d{4} at \d{1,2}:\d{2} [AP]M UTC/);
    await signIn(person, 'ann');
    expect((await subjectsTo('ann')).length).toBe(1);
    await signIn(newPerson(server), 'ann');
    expect((await subjectsTo('ann')).length).toBe(2);
  });

  test('with the device in words', async () => {
    const person = newPerson(server);
    const page = await person.open('/sign-in');
    const token = /name="form_token" value="([^"]*)"/.exec(page.body)?.[1];
    const body = new URLSearchParams({ form_token: token ?? '', ...credentialsOf('ben') }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': userAgent };
    await person.open('/sign-in', { method: 'POST', headers, body });
    expect((await newestMail(server, addressOf('ben'))).text).toContain('Device: Safari');
  });

  test('of every change of how they sign in', async () => {
    const person = await signedIn(server, 'cem');
    const authenticator = await addPasskey(server, person);
    expect(authenticator).toBeDefined();
    const app = await addTotp(person);
    await app.confirm(app.codeAt(clock.now()));
    await act(person, { action: 'turn_off_totp' });
    const page = await person.open('/account');
    const id = /name="action" value="remove_passkey">\s*<input type="hidden" name="id" value="([^"]*)"/.exec(page.body);
    await act(person, { action: 'remove_passkey', id: id?.[1] });
    const form = await person.open('/account/password');
    const { password: current_password } = account('cem');
    expect((await post(person, '/account/password', form, { current_password, password: next })).status).toBe(303);
    expect(await subjectsTo('cem')).toEqual([
      'Your account at Example: the password was changed',
      'Your account at Example: a passkey was removed',
      'Your account at Example: the authenticator app was removed',
      'Your account at Example: an authenticator app was added',
      'Your account at Example: a passkey was added',
    ]);
  });

  test('of a link by which an account that has a passkey gets a first password, and of no first one of somebody new', async () => {
    await accounts.put({ username: 'ivy', email: addressOf('ivy'), claims: { sub: 'ivy', email_verified: true } });
    const open = async () => {
      const { token, invitation } = newLink('ivy', 'invitation', clock.now());
      await accounts.invite('ivy', invitation);
      return `/invitation?token=${token}`;
    };
    const authenticator = makeAuthenticator(server.issuer);
    expect((await acceptWithPasskey(newPerson(server), await open(), authenticator)).status).toBe(303);
    expect(await subjectsTo('ivy')).toEqual([]);
    const person = newPerson(server);
    expect((await person.submit(await person.open(await open()), { password: next })).status).toBe(303);
    expect(await subjectsTo('ivy')).toEqual(['Your account at Example: the password was changed']);
  });

  test('of a first password where nobody can look up whether they are new, and they are signed in all the same', async () => {
    await accounts.put({ username: 'kim', email: addressOf('kim'), claims: { sub: 'kim', email_verified: true } });
    const { token, invitation } = newLink('kim', 'invitation', clock.now());
    await accounts.invite('kim', invitation);
    const person = newPerson(server);
    const page = await person.open(`/invitation?token=${token}`);
    const outage = { status: 400, type: 'AccessDeniedException', only: `Query ${tables.people}` };
    const answer = await database.during(outage, () => person.submit(page, { password: next }));
    expect(answer.headers.location).toBe('/invitation?done=invitation');
    expect(await subjectsTo('kim')).toEqual(['Your account at Example: the password was changed']);
  });

  test('the browser in which somebody sets a new password stays one they know', async () => {
    const person = newPerson(server);
    await person.submit(await person.open('/forgotten-password'), { username: 'gus' });
    const page = await person.open(await linkIn(server, addressOf('gus')));
    await person.submit(page, { password: next });
    expect((await subjectsTo('gus'))[0]).toBe('Your account at Example: the password was changed');
    const again = newPerson(server);
    again.cookies.set('pixy_known', person.cookies.get('pixy_known') ?? '');
    await again.submit(await again.open('/sign-in'), { username: 'gus', password: next });
    expect((await subjectsTo('gus')).length).toBe(2);
  });

  test('a notice that cannot be handed over changes nothing about what was done', async () => {
    const person = await signedIn(server, 'dot');
    await accounts.change(
      (await accounts.findBySubject('sub-of-dot')) ?? raise(),
      { email: null, claims: { sub: 'sub-of-dot' } },
      clock.now(),
    );
    await addPasskey(server, person);
    expect(await subjectsTo('dot')).toEqual([]);
  });
});

const raise = (): never => {
  throw new Error('there is no such account');
};

describe('"This was not me"', () => {
  test('ends every session and asks for a new password', async () => {
    const stranger = newPerson(server);
    await signIn(stranger, 'eve');
    expect((await stranger.open('/account')).status).toBe(200);
    const owner = newPerson(server);
    const link = await linkIn(server, addressOf('eve'));
    const page = await owner.open(link);
    expect((await stranger.open('/account')).status).toBe(200);
    expect((await owner.submit(page, { password: next })).headers.location).toBe('/account');
    expect((await stranger.open('/account')).status).toBe(303);
    expect((await owner.open('/account')).body).toContain('Everybody was signed out of your account.');
    const again = await newPerson(server).open(link);
    expect([again.status, again.body.includes('Ask for another link')]).toEqual([404, true]);
  });

  test('removes an authenticator app of somebody else, beside the notice of which it is', async () => {
    const stranger = await signedIn(server, 'fay');
    const app = await addTotp(stranger);
    await app.confirm(app.codeAt(clock.now()));
    const owner = newPerson(server);
    const page = await owner.open(await linkIn(server, addressOf('fay')));
    expect((await owner.submit(page, { password: next })).headers.location).toBe('/account');
    expect(owner.cookies.get('pixy_session')).toBeTruthy();
  });

  test('is over after a day', async () => {
    await signIn(newPerson(server), 'ben');
    const link = await linkIn(server, addressOf('ben'));
    clock.advance(86_400);
    expect((await newPerson(server).open(link)).status).toBe(410);
  });
});
