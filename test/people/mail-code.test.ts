import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { spa } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { newestMail, readMailbox } from '../support/mailbox.ts';
import { newPerson, type Page, type Person } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, addTotp, signedIn } from './account-flows.ts';

const proxy = await startDatabaseProxy();
const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay', 'gus', 'hal'];
const server = await startTestServer({
  clients: [spa],
  accounts: names.map((name) => ({ ...account(name), email: `${name}@example.com` })),
  dynamodb: proxy.endpoint,
  environment: { PIXY_MAIL: 'local', PIXY_MAIL_CODES: 'on' },
});
const { clock } = server;
const database = openDatabase();
const accounts = accountStore(database, tables.people);
const page = '/sign-in/mail-code';

beforeEach(() => clock.advance(3_600));

/** Somebody at the form for the code, in a browser of their own. */
async function waiting(username: string, query = ''): Promise<{ person: Person; form: Page }> {
  const person = newPerson(server);
  const asked = await person.submit(await person.open(`${page}${query}`), { username });
  return { person, form: await person.follow(asked.headers.location ?? '') };
}
const codeTo = async (name: string): Promise<string> =>
  /^(\d{6})$/m.exec((await newestMail(server, `${name}@example.com`)).text)?.[1] ?? 'none';
const wrong = (code: string): string => (code === '000000' ? '000001' : '000000');
const hasSession = (person: Person) => Boolean(person.cookies.get('pixy_session'));

describe('ML8: a code by mail', () => {
  test('signs somebody in from the sign-in page, as one factor, and goes on to the app', async () => {
    const person = newPerson(server);
    const signIn = await person.follow(authorizeTarget(spa, { state: 'kept' }));
    const [, path = ''] = /href="(\/sign-in\/mail-code[^"]*)"/.exec(signIn.body) ?? [];
    const asked = await person.submit(await person.open(path.replaceAll('&amp;', '&')), { username: 'ann' });
    const form = await person.follow(asked.headers.location ?? '');
    const entered = await person.submit(form, { code: ` ${await codeTo('ann')} ` });
    const back = await person.follow(entered.headers.location ?? '');
    expect(parametersOf(new URL(back.headers.location ?? ''))).toMatchObject({ state: 'kept' });
    const [session] = await sessionStore(database, tables.people).list('sub-of-ann', clock.now());
    const found = await sessionStore(database, tables.people).find(
      person.cookies.get('pixy_session') ?? '',
      clock.now(),
    );
    expect([session?.id !== undefined, found?.amr]).toEqual([true, ['otp']]);
  });

  test('works in the browser that asked only', async () => {
    await waiting('ben');
    const code = await codeTo('ben');
    const { person, form } = await waiting('nobody');
    expect((await person.submit(form, { code })).status).toBe(403);
    expect(hasSession(person)).toBe(false);
  });

  test('works once, of many attempts at once', async () => {
    const { person, form } = await waiting('cem');
    const code = await codeTo('cem');
    const answers = await Promise.all(Array.from({ length: 5 }, () => person.submit(form, { code })));
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
  });

  test('is over after five wrong ones, also when they come at once', async () => {
    const { person, form } = await waiting('dot');
    const code = await codeTo('dot');
    const answers = await Promise.all(Array.from({ length: 5 }, () => person.submit(form, { code: wrong(code) })));
    expect(answers.every(({ status }) => status === 403)).toBe(true);
    expect((await person.submit(form, { code })).status).toBe(403);
  });

  test('is over after ten minutes', async () => {
    const { person, form } = await waiting('dot');
    const code = await codeTo('dot');
    clock.advance(600);
    expect((await person.submit(form, { code })).status).toBe(403);
  });

  test('is worth nothing once the account is disabled, or its sessions were ended', async () => {
    const { person, form } = await waiting('eve');
    const code = await codeTo('eve');
    const { epoch = 0 } = (await accounts.findBySubject('sub-of-eve')) ?? {};
    await accounts.takeBackAll('sub-of-eve', epoch);
    expect((await person.submit(form, { code })).status).toBe(403);
  });

  test('is a first factor: with an authenticator app, its code comes too', async () => {
    const app = await addTotp(await signedIn(server, 'fay'));
    await app.confirm(app.codeAt(clock.now()));
    clock.advance(60);
    const { person, form } = await waiting('fay');
    const entered = await person.submit(form, { code: await codeTo('fay') });
    expect([entered.headers.location, hasSession(person)]).toEqual(['/sign-in/code', false]);
    const code = await person.open('/sign-in/code');
    await person.submit(code, { code: app.codeAt(clock.now()) });
    const id = person.cookies.get('pixy_session') ?? '';
    expect((await sessionStore(database, tables.people).find(id, clock.now()))?.amr).toEqual(['otp']);
  });

  test('can be asked for again', async () => {
    const { person, form } = await waiting('ann');
    const again = await person.submit(form, { again: 'yes' });
    expect((await person.follow(again.headers.location ?? '')).body).toContain('name="username"');
  });

  test('is asked for from another tab, too, whose form is for a name: that is no wrong code', async () => {
    const person = newPerson(server);
    const tab = await person.open(page);
    await person.submit(await person.open(page), { username: 'ann' });
    const asked = await person.submit(tab, { username: 'ben' });
    expect(asked.status).toBe(303);
    const form = await person.follow(asked.headers.location ?? '');
    expect((await person.submit(form, { code: await codeTo('ben') })).status).toBe(200);
  });

  test('is too late once the browser has forgotten that it asked, and the page says so beside the form for a name', async () => {
    const { person, form } = await waiting('ann');
    person.cookies.delete('pixy_mail_code');
    const late = await person.submit(form, { code: await codeTo('ann') });
    expect([late.status, late.body.includes('name="username"')]).toEqual([403, true]);
    expect(late.body).toContain('That code is not right, too old, or tried too often.');
  });

  test('is done with once it was right: with an authenticator app as well, the next one starts with a name', async () => {
    const app = await addTotp(await signedIn(server, 'hal'));
    await app.confirm(app.codeAt(clock.now()));
    const { person, form } = await waiting('hal');
    await person.submit(form, { code: await codeTo('hal') });
    expect((await person.open(page)).body).toContain('name="username"');
  });

  test('can be guessed at no more often with two names of an account', async () => {
    for (const name of ['gus', 'gus@example.com']) {
      for (let asked = 0; asked < 5; asked += 1) {
        clock.advance(1);
        await waiting(name);
      }
    }
    const sent = (await readMailbox(server)).filter(({ to }) => to === 'gus@example.com');
    expect(sent.length).toBe(5);
  });

  test('is the same to ask for and to try for a known and an unknown name, in bytes and calls', async () => {
    const seen = [];
    for (const name of ['ben', 'nobody']) {
      const before = (await readMailbox(server)).length;
      const { person, form } = await waiting(name);
      expect((await readMailbox(server)).length - before).toBe(name === 'ben' ? 1 : 0);
      let answer = form;
      const calls = await proxy.callsDuring(async () => {
        answer = await person.submit(form, { code: '12345' });
      });
      const token = /name="form_token" value="[^"]*"/g;
      const bytes = [form.body.replaceAll(token, ''), answer.body.replaceAll(token, ''), answer.status];
      seen.push({ bytes, calls });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]?.calls).toEqual(['UpdateItem pixy-people']);
  });

  test('is neither in the log nor in the database', async () => {
    await waiting('ben');
    const code = await codeTo('ben');
    expect(server.auditLines.join()).not.toContain(code);
  });
});

test.each(['', '12345', '1234567', 'abcdef', '１２３４５６'])('what is no code (%j) is wrong', async (code) => {
  const { person, form } = await waiting('nobody');
  expect((await person.submit(form, { code })).status).toBe(403);
});
