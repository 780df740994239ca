import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { linkIn, newestMail, readMailbox } from '../support/mailbox.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';

const server = await startTestServer({
  accounts: [{ username: 'ann', email: 'ann@example.com', claims: { sub: 'ann' } }],
  environment: { PIXY_MAIL: 'local', PIXY_REGISTRATION: 'on' },
});
const { clock } = server;
const accounts = accountStore(openDatabase(), tables.people);
const password = 'quiet orange river';

beforeEach(() => clock.advance(3_600));

async function register(username: string, email: string) {
  const person = newPerson(server);
  const answer = await person.submit(await person.open('/register'), { username, email, password });
  return { person, answer };
}

async function confirm(link: string) {
  const person = newPerson(server);
  return person.submit(await person.open(link), {});
}

describe('ML3: an address of somebody who registers', () => {
  test('is a name to sign in with once a link to it was confirmed, in any browser', async () => {
    await register('bob', 'bob@example.com');
    const mail = await newestMail(server, 'bob@example.com');
    expect(mail.text).not.toContain('bob,');
    expect(await accounts.findByUsername('bob@example.com')).toBeUndefined();
    const done = await confirm(mail.links[0] ?? '');
    expect([done.status, done.body.includes('Your address is confirmed')]).toEqual([200, true]);
    const account = await accounts.findByUsername('bob@example.com');
    expect(account?.claims).toMatchObject({ email: 'bob@example.com', email_verified: true });
    const person = newPerson(server);
    const signedIn = await person.submit(await person.open('/sign-in'), { username: 'bob@example.com', password });
    expect(signedIn.status).toBe(200);
  });

  test('is not confirmed by opening the link, and confirmed once', async () => {
    await register('cem', 'cem@example.com');
    const link = await linkIn(server, 'cem@example.com');
    for (let time = 0; time < 3; time += 1) expect((await newPerson(server).open(link)).status).toBe(200);
    expect(await accounts.findByUsername('cem@example.com')).toBeUndefined();
    const together = await Promise.all([confirm(link), confirm(link), confirm(link)]);
    const statuses = together.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses).toEqual([200, 410, 410]);
    expect((await newPerson(server).open(link)).status).toBe(410);
  });

  test('of another account stays that one’s, and the person is told', async () => {
    const { person } = await register('eve', 'ann@example.com');
    expect(person.cookies.has('pixy_session')).toBe(true);
    const answer = await confirm(await linkIn(server, 'ann@example.com'));
    expect([answer.status, answer.body.includes('belongs to another account')]).toEqual([409, true]);
    expect((await accounts.findByUsername('ann@example.com'))?.sub).toBe('ann');
  });

  test.each([
    ['a day later', async () => clock.advance(86_400), 410],
    ['of a disabled account', async () => accounts.disable((await found('dot')).sub, clock.now()), 404],
  ])('cannot be confirmed %s', async (_, before, status) => {
    const username = status === 410 ? 'fay' : 'dot';
    await register(username, `${username}@example.com`);
    const link = await linkIn(server, `${username}@example.com`);
    await before();
    expect((await newPerson(server).open(link)).status).toBe(status);
    expect((await confirm(link)).status).toBe(status);
    expect(await accounts.findByUsername(`${username}@example.com`)).toBeUndefined();
  });

  test.each(['', '?token=', '?token=x', `?token=${Buffer.from('ann').toString('base64url')}.${'x'.repeat(43)}`])(
    'a link that is none (%s) says so',
    async (query) => {
      expect((await newPerson(server).open(`/verify-address${query}`)).status).toBe(404);
    },
  );

  test('ML5: gets a few mails in an hour, whoever registers with it', async () => {
    for (let number = 0; number < 8; number += 1) await register(`many-${number}`, 'stranger@example.com');
    const mails = (await readMailbox(server)).filter(({ to }) => to === 'stranger@example.com');
    expect(mails.length).toBe(5);
  });

  test('of another language gets a mail in it, with an internationalized domain, too', async () => {
    const person = newPerson(server);
    const page = await person.open('/register', { headers: { 'accept-language': 'de' } });
    const token = /name="form_token" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
    const fields = { form_token: token, username: 'idn', email: 'idn@bücher.example', password };
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'de' };
    await person.open('/register', { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
    expect((await newestMail(server, 'idn@bücher.example')).subject).toMatch(/^Bestätigen Sie/);
  });
});

const found = async (name: string) => {
  const account = await accounts.findByUsername(name);
  if (!account) throw new Error(`there is no ${name}`);
  return account;
};
