import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { signInLimits } from '../../shared/people/sign-in-limits.ts';
import { spa } from '../support/clients.ts';
import { encodeFields, type Fields, formType } from '../support/http.ts';
import { newPerson, type Page } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const server = await startTestServer({
  clients: [spa],
  accounts: [{ ...ada, email: 'ada@example.com' }],
  environment: { PIXY_REGISTRATION: 'on' },
});
const accounts = accountStore(openDatabase(), tables.people);
const good = { username: 'newcomer', email: 'newcomer@example.com', password: 'quiet orange river' };

/** A window of the throttle of its own for every test. */
beforeEach(() => server.clock.advance(signInLimits.registration.window));

async function register(fields: Fields, target = '/register'): Promise<Page> {
  const person = newPerson(server);
  return person.submit(await person.open(target), { ...good, ...fields });
}

const sessionIn = ({ headers }: Page) => headers['set-cookie']?.find((cookie) => cookie.startsWith('pixy_session='));

describe('a registration is refused', () => {
  test.each([
    ['no username', { username: '' }, 400],
    ['a username of 201 characters', { username: 'u'.repeat(201) }, 400],
    ['a username that is an address', { username: 'victim@example.com' }, 400],
    ['a username with a space', { username: 'two words' }, 400],
    ['a username with a character that cannot be seen', { username: 'ad\u200ba' }, 400],
    ['no address', { email: '' }, 400],
    ['an address that is none', { email: 'nobody' }, 400],
    ['an address with a line break', { email: 'a@example.com\nBcc: b@example.com' }, 400],
    ['a short password', { password: 'short' }, 400],
    ['a common password', { password: 'Basketball' }, 400],
    ['the username as the password', { username: 'quite-a-long-name', password: 'Quite-A-Long-Name' }, 400],
    ['the username of somebody', { username: 'ada' }, 409],
    ['the username of somebody in other letters', { username: 'ＡＤＡ' }, 409],
  ])('for %s, with a sentence beside the field', async (_, fields, status) => {
    const refused = await register(fields);
    expect(refused.status).toBe(status);
    expect(refused.body).toContain('aria-invalid="true"');
    expect(refused.body).not.toContain(good.password);
    expect(sessionIn(refused)).toBeUndefined();
  });

  test('without the token of the form (login CSRF)', async () => {
    const person = newPerson(server);
    await person.open('/register');
    const body = encodeFields({ ...good, username: 'forged' });
    const posted = await person.open('/register', { method: 'POST', headers: formType, body });
    expect(posted.status).toBeGreaterThanOrEqual(400);
    expect(await accounts.findByUsername('forged')).toBeUndefined();
  });

  test('after too many from one address, whether they were taken or not, until the window is over', async () => {
    const person = newPerson(server);
    const page = await person.open('/register');
    for (let index = 0; index < signInLimits.registration.attempts; index += 1) {
      expect((await person.submit(page, { ...good, username: 'ada' })).status).toBe(409);
    }
    const throttled = await register({ username: 'too-many' });
    expect(throttled.status).toBe(429);
    expect(Number(throttled.headers['retry-after'])).toBeGreaterThan(0);
    expect(throttled.body).toContain('Too many accounts were requested');
    expect(await accounts.findByUsername('too-many')).toBeUndefined();
    server.clock.advance(signInLimits.registration.window);
    expect((await register({ username: 'too-many' })).status).toBe(303);
  });
});

test('the answer does not tell which addresses are known, and nobody gets the address of somebody else', async () => {
  const known = await register({ username: 'first', email: 'ada@example.com' });
  const unknown = await register({ username: 'second', email: 'nobody@example.com' });
  expect([known.status, known.headers.location]).toEqual([unknown.status, unknown.headers.location]);
  expect((await accounts.findByUsername('ada@example.com'))?.sub).toBe('ada-0001');
  expect(await accounts.findByUsername('nobody@example.com')).toBeUndefined();
});

test('somebody registers, is signed in, and has an address that counts as unverified', async () => {
  const registered = await register({ username: 'Mary' });
  expect(registered.status).toBe(303);
  expect(registered.headers.location).toBe('/register?done=yes');
  expect((await newPerson(server).follow('/register?done=yes')).body).toContain('href="/account"');
  expect(sessionIn(registered)).toBeDefined();
  const made = await accounts.findByUsername('mary');
  expect(made?.claims).toEqual({
    sub: made?.sub,
    email: good.email,
    email_verified: false,
    preferred_username: 'Mary',
  });
  const person = newPerson(server);
  const signedIn = await person.submit(await person.open('/sign-in'), { username: 'mary', password: good.password });
  expect(signedIn.status).toBe(200);
});

test('of five who want one username at once, one gets it', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => register({ username: 'popular' })));
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
});

describe('S20: a registration that is sent again', () => {
  const again = async (username: string, changes: Fields = {}) => {
    const person = newPerson(server);
    const page = await person.open('/register');
    expect((await person.submit(page, { ...good, username })).status).toBe(303);
    const sub = (await accounts.findByUsername(username))?.sub ?? '';
    return { sub, send: () => person.submit(page, { ...good, username, ...changes }) };
  };

  test('goes on with the account that it made', async () => {
    const { sub, send } = await again('repeated');
    const answer = await send();
    expect(answer.status).toBe(303);
    expect(sessionIn(answer)).toContain(Buffer.from(sub).toString('base64url'));
  });

  test.each<[string, Fields]>([
    ['another password', { password: 'another orange river' }],
    ['the name of somebody else', { username: 'ada' }],
  ])('with %s is refused', async (_, changes) => {
    const { send } = await again(`repeated-with-${Object.keys(changes)[0]}`, changes);
    const answer = await send();
    expect(answer.status).toBe(409);
    expect(sessionIn(answer)).toBeUndefined();
  });

  test('from another browser is refused', async () => {
    await again('repeated-elsewhere');
    expect((await register({ username: 'repeated-elsewhere' })).status).toBe(409);
  });

  test('after five minutes, or for an account that was disabled meanwhile, is refused', async () => {
    const late = await again('repeated-late');
    const disabled = await again('repeated-disabled');
    await accounts.disable(disabled.sub, server.clock.now());
    expect((await disabled.send()).status).toBe(409);
    server.clock.advance(301);
    expect((await late.send()).status).toBe(409);
  });
});

test('somebody who came from an app is led from the sign-in page to registration and back to the app', async () => {
  const person = newPerson(server);
  const signIn = await person.follow(authorizeTarget(spa, { state: 'kept <safe>' }));
  const [, path = ''] = /<a href="(\/register\?[^"]*)"/.exec(signIn.body) ?? [];
  const page = await person.open(path.replaceAll('&amp;', '&'));
  expect(page.body).toContain('href="/sign-in?');
  const registered = await person.submit(page, { ...good, username: 'from-app' });
  const back = await person.follow(registered.headers.location ?? '');
  expect(back.status).toBe(302);
  expect(parametersOf(new URL(back.headers.location ?? ''))).toMatchObject({ state: 'kept <safe>' });
});

test('nothing of the query leads anywhere else', async () => {
  const registered = await register(
    { username: 'redirected' },
    '/register?return=https://evil.example&redirect_uri=//evil.example',
  );
  expect(registered.headers.location).toMatch(/^\/authorize\?/);
});
