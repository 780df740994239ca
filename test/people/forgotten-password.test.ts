import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { deadAddressStore } from '../../shared/mail/dead-address-store.ts';
import { de } from '../../shared/pages/texts/de.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { spa } from '../support/clients.ts';
import { linkIn, newestMail, readMailbox } from '../support/mailbox.ts';
import { newPerson, type Page } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, addTotp, signedIn } from './account-flows.ts';

const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay', 'gus', 'hal', 'ivy', 'jan', 'kim'];
const addressOf = (name: string) => `${name}@example.com`;
const server = await startTestServer({
  clients: [spa],
  accounts: names.map((name) => ({ ...account(name), email: addressOf(name) })),
  environment: { PIXY_MAIL: 'local', PIXY_BRAND: JSON.stringify({ name: 'Example' }) },
});
const { clock } = server;
const accounts = accountStore(openDatabase(), tables.people);
const next = 'a new password of the owner';

beforeEach(() => clock.advance(3_600));

async function askFor(username: string, query = ''): Promise<Page> {
  const person = newPerson(server);
  return person.submit(await person.open(`/forgotten-password${query}`), { username });
}

/** Spends a link with a new password, in a browser of its own. */
async function spend(link: string, password = next) {
  const person = newPerson(server);
  const page = await person.open(link);
  return { person, answer: await person.submit(page, { password }) };
}

const signsInWith = async (username: string, password: string): Promise<boolean> => {
  const person = newPerson(server);
  return (await person.submit(await person.open('/sign-in'), { username, password })).status === 200;
};

describe('ML1: somebody who lost their password', () => {
  test('gets a mail from the sign-in page, sets a new one, and goes on to the app they came from', async () => {
    const person = newPerson(server);
    const signIn = await person.follow(authorizeTarget(spa, { state: 'kept' }));
    const [, path = ''] = /href="(\/forgotten-password[^"]*)"/.exec(signIn.body) ?? [];
    const form = await person.open(path.replaceAll('&amp;', '&'));
    const told = await person.submit(form, { username: addressOf('ann') });
    expect([told.status, told.body.includes('Check your email')]).toEqual([200, true]);
    const mail = await newestMail(server, addressOf('ann'));
    expect(mail.subject).toBe('Set a new password for Example');
    expect(mail.text).toContain('Hello ann,');
    const { person: elsewhere, answer } = await spend(mail.links[0] ?? '');
    const back = await elsewhere.follow(answer.headers.location ?? '');
    expect(parametersOf(new URL(back.headers.location ?? ''))).toMatchObject({
      state: 'kept',
      code: expect.any(String),
    });
    expect(await signsInWith('ann', next)).toBe(true);
  });

  test('reads one language all the way: that of the request, from the form to the page of the link', async () => {
    const person = newPerson(server);
    const form = await person.open('/forgotten-password?client_id=spa&ui_locales=de');
    const nameless = await person.submit(form, { username: ' ' });
    const told = await person.submit(form, { username: addressOf('kim') });
    const mail = await newestMail(server, addressOf('kim'));
    const linked = await person.open(mail.links[0] ?? '');
    const used = await person.open('/invitation?token=none&client_id=spa&ui_locales=de');
    for (const { body } of [form, nameless, told, linked, used]) expect(body).toContain('<html lang="de"');
    expect(nameless.body).toContain(de['problem.nameMissing']);
    expect(mail.text).toContain('Hallo kim,');
  });

  test('PA7: goes on with a request that was pushed, from the mail, long after its first minute', async () => {
    const person = newPerson(server);
    const { target } = await pushFor(server, spa, { state: 'kept', login_hint: addressOf('jan') });
    const signIn = await person.follow(target);
    const [, path = ''] = /href="(\/forgotten-password[^"]*)"/.exec(signIn.body) ?? [];
    const form = await person.open(path.replaceAll('&amp;', '&'));
    expect(form.body).toContain(`value="${addressOf('jan')}"`);
    await person.submit(form, { username: addressOf('jan') });
    clock.advance(900);
    const mail = await newestMail(server, addressOf('jan'));
    const { person: elsewhere, answer } = await spend(mail.links[0] ?? '');
    const back = await elsewhere.follow(answer.headers.location ?? '');
    expect(parametersOf(new URL(back.headers.location ?? ''))).toMatchObject({ state: 'kept' });
  });

  test('is told the same as somebody without an account', async () => {
    const [known, unknown] = [await askFor('ben'), await askFor('nobody')];
    expect(unknown.body).toBe(known.body);
    expect(unknown.status).toBe(known.status);
    expect(Object.keys(unknown.headers)).toEqual(Object.keys(known.headers));
  });

  test.each([
    ['nobody', 'an unknown name'],
    ['x'.repeat(5_000), 'a name that is too long for one'],
    ['ann@example.com\r\nBcc: eve@example.com', 'an address with line breaks'],
    ['', 'no name'],
  ])('no mail goes anywhere for %s', async (name) => {
    const before = (await readMailbox(server)).length;
    const told = await askFor(name);
    expect(told.status).toBe(name === '' ? 400 : 200);
    expect((await readMailbox(server)).length).toBe(before);
  });

  test('gets no mail where the account is disabled, or its address is only what somebody said', async () => {
    await accounts.disable('sub-of-ben', clock.now());
    const claims = { sub: 'said-only', email: 'said@example.com', email_verified: false };
    await accounts.add({ username: 'said', claims }, clock.now());
    const before = (await readMailbox(server)).length;
    for (const name of ['ben', 'said', 'said@example.com']) await askFor(name);
    expect((await readMailbox(server)).length).toBe(before);
    await accounts.enable('sub-of-ben');
  });

  test('gets no mail at an address that mail came back from', async () => {
    const dead = deadAddressStore(openDatabase(), tables.people);
    await dead.record('Hal@example.com', 'bounce', clock.now());
    const before = (await readMailbox(server)).length;
    expect((await askFor('hal')).status).toBe(200);
    expect((await readMailbox(server)).length).toBe(before);
    expect(server.auditLines.at(-1)).toContain('mail_undeliverable');
    await dead.forget('hal@example.com');
  });
});

describe('ML2: the link', () => {
  test('is not spent by opening it, works once, and says so afterwards', async () => {
    await askFor('cem');
    const link = await linkIn(server, addressOf('cem'));
    for (const method of ['GET', 'GET']) expect((await newPerson(server).open(link, { method })).status).toBe(200);
    const together = await Promise.all([spend(link, 'the first password'), spend(link, 'the second password')]);
    expect(together.map(({ answer }) => answer.status).toSorted((one, other) => one - other)).toEqual([303, 410]);
    const again = await newPerson(server).open(link);
    expect([again.status, again.body.includes('This link is no longer valid')]).toEqual([410, true]);
  });

  test('is over after 30 minutes', async () => {
    await askFor('dot');
    const link = await linkIn(server, addressOf('dot'));
    clock.advance(1_799);
    expect((await newPerson(server).open(link)).status).toBe(200);
    clock.advance(1);
    expect((await spend(link)).answer.status).toBe(410);
    expect(await signsInWith('dot', next)).toBe(false);
  });

  test('ends with the next one, and with the account', async () => {
    await askFor('eve');
    const first = await linkIn(server, addressOf('eve'));
    clock.advance(1);
    await askFor('eve');
    const second = await linkIn(server, addressOf('eve'));
    expect(second).not.toBe(first);
    expect((await newPerson(server).open(first)).status).toBe(404);
    expect((await newPerson(server).open(second)).status).toBe(200);
    await accounts.disable('sub-of-eve', clock.now());
    expect((await newPerson(server).open(second)).status).toBe(404);
    await accounts.enable('sub-of-eve');
    expect((await newPerson(server).open(second)).status).toBe(404);
  });

  test('does not end the link of an operator', async () => {
    const { token, invitation } = newLink('sub-of-ivy', 'reset', clock.now());
    await accounts.invite('sub-of-ivy', invitation);
    await askFor('ivy');
    await spend(await linkIn(server, addressOf('ivy')));
    expect((await newPerson(server).open(`/invitation?token=${token}`)).status).toBe(200);
  });

  test('does not get past a second factor, and goes on to the app after the code', async () => {
    const app = await addTotp(await signedIn(server, 'fay'));
    await app.confirm(app.codeAt(clock.now()));
    clock.advance(60);
    await askFor('fay', `?${authorizeTarget(spa, { state: 'kept' }).split('?')[1]}`);
    const { person, answer } = await spend(await linkIn(server, addressOf('fay')));
    expect(person.cookies.has('pixy_session')).toBe(false);
    const done = await person.open(answer.headers.location ?? '');
    const [, path = ''] = /href="(\/sign-in\/code[^"]*)"/.exec(done.body) ?? [];
    const code = await person.open(path.replaceAll('&amp;', '&'));
    const entered = await person.submit(code, { code: app.codeAt(clock.now()) });
    const back = await person.follow(entered.headers.location ?? '');
    expect(parametersOf(new URL(back.headers.location ?? ''))).toMatchObject({
      state: 'kept',
      code: expect.any(String),
    });
  });

  test('goes on nowhere but to a request: what a mail program adds is nothing', async () => {
    await askFor('gus');
    const { answer } = await spend(`${await linkIn(server, addressOf('gus'))}&utm_source=mail`);
    expect(answer.headers.location).toBe('/account');
  });

  test('is neither in the log nor in the database', async () => {
    await askFor('gus');
    const secret = /token=[\w-]+\.([\w-]{43})/.exec(await linkIn(server, addressOf('gus')))?.[1] ?? 'none';
    expect(server.auditLines.join()).not.toContain(secret);
    expect(JSON.stringify(await accounts.findBySubject('sub-of-gus'))).not.toContain(secret);
  });
});

describe('ML5: requests for mails', () => {
  test('1,000 with one name lead to five mails and are told to wait, known or not', async () => {
    const before = (await readMailbox(server)).length;
    const person = newPerson(server);
    const page = await person.open('/forgotten-password');
    const statuses = new Map<number, number>();
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => person.submit(page, { username: 'gus' })));
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 5, 429: 995 });
    expect((await readMailbox(server)).length - before).toBe(5);
    clock.advance(3_600);
    const unknown = await Promise.all(Array.from({ length: 7 }, () => person.submit(page, { username: 'nobody' })));
    expect(unknown.filter(({ status }) => status === 429).length).toBe(2);
    expect(unknown.find(({ status }) => status === 429)?.headers['retry-after']).toMatch(/^\d+$/);
  });

  test('with many names from one address are limited, too', async () => {
    const answers = await Promise.all(Array.from({ length: 22 }, (_, index) => askFor(`name-${index}`)));
    expect(answers.filter(({ status }) => status === 429).length).toBe(2);
  });

  test('of another site are not taken', async () => {
    const person = newPerson(server);
    await person.open('/forgotten-password');
    const page = { target: '/forgotten-password', body: '', status: 200, headers: {} };
    expect((await person.submit(page, { username: 'ann' })).status).toBe(403);
  });
});
