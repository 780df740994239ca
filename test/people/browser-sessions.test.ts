import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { listedIdOf, sessionStore, subjectOf } from '../../shared/people/session-store.ts';
import { spa } from '../support/clients.ts';
import { newPerson, type Page, type Person, signedInPerson, startSession } from '../support/person.ts';
import { authorizeTarget, obtainCode, parametersOf, redeem } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const grace = { username: 'grace', password: 'a compiler of her own', claims: { sub: 'grace-0001' } };
const server = await startTestServer({ clients: [spa], accounts: [ada, grace] });
const sessions = sessionStore(openDatabase(), tables.people);

type Account = typeof ada;

async function signIn(person: Person, { username, password }: Account, more = {}): Promise<Page> {
  const page = await person.open('/sign-in');
  return person.submit(page, { username, password, ...more });
}

/** Somebody new signs in, in the browser of `person`. Only the password is not typed in: that takes its time on purpose. */
async function addSession(person: Person, account: Account): Promise<void> {
  const newest = cookieOf(await signedInPerson(server, account));
  person.cookies.set('pixy_session', [newest, cookieOf(person)].join('~'));
}

/** A browser in which Ada and then Grace signed in. */
async function withBoth(): Promise<Person> {
  const person = await signedInPerson(server, ada);
  await addSession(person, grace);
  return person;
}

const cookieOf = (person: Person) => person.cookies.get('pixy_session') ?? '';
const setCookieOf = (page: Page) =>
  (page.headers['set-cookie'] ?? []).find((line) => line.startsWith('pixy_session=')) ?? '';
const isSignInForm = ({ body }: Page) => body.includes('name="password"');
/** What the button of a person sends. */
const buttonOf = ({ body }: Page, name: string): string =>
  new RegExp(`name="account" value="([^"]*)"(?:(?!</button>).)*<bdi>${name}</bdi>`, 's').exec(body)?.[1] ?? '';
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

async function idTokenClaims(person: Person, changes = {}) {
  const { code, verifier } = await obtainCode(person, spa, changes);
  const { json } = await redeem(server, spa, { code, code_verifier: verifier });
  return claimsOf(String(json.id_token));
}

describe('choosing an account', () => {
  const target = authorizeTarget(spa, { prompt: 'select_account' });

  test('whoever signed in last is the one, when nobody asks', async () => {
    const person = newPerson(server);
    await signIn(person, ada);
    await signIn(person, grace);
    expect((await idTokenClaims(person))['sub']).toBe(grace.claims.sub);
    expect(cookieOf(person).split('~').map(subjectOf)).toEqual([grace.claims.sub, ada.claims.sub]);
  });

  test('prompt=select_account shows everybody who is signed in here, and goes on with the one that is chosen', async () => {
    const person = await withBoth();
    const page = await person.follow(target);
    expect(page.body).toContain('grace');
    expect(page.body).toContain('ada');
    const answer = await person.submit(page, { account: buttonOf(page, 'ada') });
    expect((await person.follow(answer.headers.location ?? '')).status).toBe(302);
    expect((await idTokenClaims(person))['sub']).toBe(ada.claims.sub);
  });

  test('leads to the sign-in when nobody is signed in', async () => {
    expect(isSignInForm(await newPerson(server).follow(target))).toBe(true);
  });

  test('a button means the person it names, whatever became of the list meanwhile', async () => {
    const person = await withBoth();
    const [first, second] = [await person.follow(target), await person.follow(target)];
    await person.submit(second, { account: buttonOf(second, 'ada') });
    await person.submit(first, { account: buttonOf(first, 'grace') });
    expect((await idTokenClaims(person))['sub']).toBe(grace.claims.sub);
  });

  test('a button of somebody whose session is over chooses nobody else', async () => {
    const person = await withBoth();
    const page = await person.follow(target);
    await sessions.endAll(ada.claims.sub, server.clock.now());
    const before = cookieOf(person);
    const answer = await person.submit(page, { account: buttonOf(page, 'ada') });
    expect((await person.follow(answer.headers.location ?? '')).status).toBe(200);
    expect(cookieOf(person)).toBe(before);
  });

  test.each(['new', '0', '1', '9', '-1', 'A'.repeat(43), ''])(
    'leads to the sign-in for anybody else: %s',
    async (account) => {
      const person = await withBoth();
      const answer = await person.submit(await person.follow(target), { account });
      const page = answer.status === 303 ? await person.follow(answer.headers.location ?? '') : answer;
      expect(page.status === 302).toBe(false);
    },
  );

  test('H28: takes the token of the form', async () => {
    const person = await withBoth();
    const before = cookieOf(person);
    const answer = await person.submit(await person.follow(target), {
      account: listedIdOf(before.split('~')[1] ?? ''),
      form_token: 'guess',
    });
    expect(answer.status).toBe(403);
    expect(cookieOf(person)).toBe(before);
  });

  test('shows nobody whose session is over', async () => {
    const person = newPerson(server);
    const ids = await Promise.all(
      [ada, grace].map(({ claims: { sub } }, index) =>
        startSession(sub, { now: server.clock.now(), lifetime: index === 0 ? 3_600 : 1 }),
      ),
    );
    person.cookies.set('pixy_session', ids.join('~'));
    server.clock.advance(2);
    const { body } = await person.follow(target);
    expect({ ada: body.includes('ada'), grace: body.includes('grace') }).toEqual({ ada: true, grace: false });
  });

  test('prompt=login asks for the password all the same', async () => {
    const person = await withBoth();
    expect(isSignInForm(await person.follow(authorizeTarget(spa, { prompt: 'select_account login' })))).toBe(true);
  });
});

describe('H1: a sign-in', () => {
  test('has a new session id every time, and ends the session the person had in this browser', async () => {
    const person = newPerson(server);
    await signIn(person, ada);
    const first = cookieOf(person);
    await signIn(person, ada);
    expect(cookieOf(person)).not.toBe(first);
    expect(await sessions.find(first, server.clock.now())).toBeUndefined();
  });

  test('takes over no id that was in the browser before', async () => {
    const person = newPerson(server);
    const planted = `${Buffer.from(ada.claims.sub).toString('base64url')}.${'A'.repeat(43)}`;
    person.cookies.set('pixy_session', planted);
    await signIn(person, ada);
    expect(cookieOf(person)).not.toContain('A'.repeat(43));
  });

  test('keeps at most five accounts in a browser', async () => {
    const person = newPerson(server);
    const ids = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        startSession(`many-${index}`, { now: server.clock.now(), lifetime: 3_600 }),
      ),
    );
    person.cookies.set('pixy_session', ids.join('~'));
    await signIn(person, ada);
    expect(cookieOf(person).split('~')).toHaveLength(5);
  });
});

describe('keep me signed in', () => {
  test('is a choice: without it the cookie ends with the browser and the session after eight hours', async () => {
    const person = newPerson(server);
    expect(setCookieOf(await signIn(person, ada))).not.toContain('Max-Age');
    const session = await sessions.find(cookieOf(person), server.clock.now());
    expect((session?.expiresAt ?? 0) - server.clock.now()).toBe(28_800);
    expect((session?.idleUntil ?? 0) - server.clock.now()).toBe(7_200);
  });

  test('with it the cookie stays for a month, and the session as long as it is used every two weeks', async () => {
    const person = newPerson(server);
    expect(setCookieOf(await signIn(person, ada, { keep: '1' }))).toContain('Max-Age=2592000');
    const session = await sessions.find(cookieOf(person).replace('kept~', ''), server.clock.now());
    expect((session?.expiresAt ?? 0) - server.clock.now()).toBe(2_592_000);
    expect((session?.idleUntil ?? 0) - server.clock.now()).toBe(1_209_600);
  });

  test('is still chosen after a wrong password', async () => {
    const person = newPerson(server);
    const again = await signIn(person, { ...ada, password: 'wrong' }, { keep: '1' });
    expect(again.body).toMatch(/name="keep"[^>]*checked/);
    expect((await signIn(newPerson(server), { ...ada, password: 'wrong' })).body).not.toMatch(
      /name="keep"[^>]*checked/,
    );
  });

  test('a session in use does not end for idleness', async () => {
    const person = await signedInPerson(server);
    for (let hour = 0; hour < 7; hour += 1) {
      server.clock.advance(3_600);
      expect((await person.open(authorizeTarget(spa))).status).toBe(302);
    }
    server.clock.advance(7_200);
    expect((await person.open(authorizeTarget(spa))).status).toBe(303);
  });
});

describe('signing out of a browser with several people', () => {
  test('without a hint ends every session, after a question', async () => {
    const person = await withBoth();
    const ids = cookieOf(person).split('~');
    const page = await person.open('/sign-out');
    expect(page.body).toContain('This signs out every account in this browser.');
    await person.submit(page, {});
    expect(await Promise.all(ids.map((id) => sessions.find(id, server.clock.now())))).toEqual([undefined, undefined]);
  });

  test('with the hint of one of them ends that one', async () => {
    const person = await signedInPerson(server);
    const { code, verifier } = await obtainCode(person, spa);
    const { json } = await redeem(server, spa, { code, code_verifier: verifier });
    await addSession(person, grace);
    await person.open(`/sign-out?id_token_hint=${json.id_token}`);
    expect((await idTokenClaims(person))['sub']).toBe(grace.claims.sub);
    expect(cookieOf(person).split('~')).toHaveLength(1);
  });
});

describe('signing out with the hint of somebody', () => {
  const hintOf = async (person: Person) => {
    const { code, verifier } = await obtainCode(person, spa);
    return (await redeem(server, spa, { code, code_verifier: verifier })).json.id_token;
  };

  test('whose session is over ends nobody else’s', async () => {
    const person = await signedInPerson(server);
    const hint = await hintOf(person);
    await addSession(person, grace);
    await sessions.endAll(ada.claims.sub, server.clock.now());
    await person.open(`/sign-out?id_token_hint=${hint}`);
    expect((await idTokenClaims(person))['sub']).toBe(grace.claims.sub);
  });

  test('and the name of another client than the one of the hint asks first (RP-Initiated Logout 2)', async () => {
    const person = await signedInPerson(server);
    const page = await person.open(`/sign-out?id_token_hint=${await hintOf(person)}&client_id=somebody-else`);
    expect(page.body).toContain('name="form_token"');
    expect((await idTokenClaims(person))['sub']).toBe(ada.claims.sub);
  });
});

describe('how somebody signed in', () => {
  const withSession = async (amr: string[]) => {
    const person = newPerson(server);
    const { sub } = ada.claims;
    person.cookies.set('pixy_session', await startSession(sub, { amr, now: server.clock.now(), lifetime: 3_600 }));
    return person;
  };
  const methods: Record<string, string[]> = {
    '1fa': ['pwd'],
    '2fa': ['pwd', 'otp', 'mfa'],
    phr: ['swk', 'user', 'mfa'],
  };

  test.each(Object.entries(methods))('is told in the ID token as acr %s and amr', async (acr, amr) => {
    expect(await idTokenClaims(await withSession(amr))).toMatchObject({ acr, amr });
  });

  test.each([
    ['2fa', ['2fa'], '2fa'],
    ['phr', ['1fa'], '1fa'],
    ['phr', ['2fa', '1fa'], '2fa'],
    ['1fa', ['unknown'], '1fa'],
  ])('a session of %s with acr_values %s is told as %s', async (has, wanted, told) => {
    const claims = await idTokenClaims(await withSession(methods[has] ?? []), { acr_values: wanted.join(' ') });
    expect(claims['acr']).toBe(told);
  });

  test('a stronger class than the session has asks for a sign-in, once', async () => {
    const person = await withSession(['pwd']);
    const target = authorizeTarget(spa, { acr_values: 'phr' });
    const page = await person.follow(target);
    expect(isSignInForm(page)).toBe(true);
    const answer = await person.submit(page, { username: ada.username, password: ada.password });
    expect((await person.follow(answer.headers.location ?? '')).status).toBe(302);
  });

  test('a wish with prompt=none is no refusal', async () => {
    const person = await withSession(['pwd']);
    expect(await idTokenClaims(person, { acr_values: 'phr', prompt: 'none' })).toMatchObject({ acr: '1fa' });
  });

  const essential = (values: string[]) => JSON.stringify({ id_token: { acr: { essential: true, values } } });
  const errorOf = (page: Page) => parametersOf(new URL(page.headers.location ?? '')).error;

  test('5.5.1.1: an essential class asks for a sign-in, and is refused when that does not reach it', async () => {
    const person = await withSession(['pwd']);
    const page = await person.follow(authorizeTarget(spa, { claims: essential(['2fa']) }));
    expect(isSignInForm(page)).toBe(true);
    const answer = await person.submit(page, { username: ada.username, password: ada.password });
    expect(errorOf(await person.follow(answer.headers.location ?? ''))).toBe('unmet_authentication_requirements');
  });

  test('5.5.1.1: where only a passkey reaches an essential class, the page offers no password and says why', async () => {
    const person = await withSession(['pwd']);
    const page = await person.follow(authorizeTarget(spa, { claims: essential(['phr']) }));
    expect([page.status, isSignInForm(page)]).toEqual([200, false]);
    expect(page.body).toContain('This app asks for a passkey.');
    expect(page.body).toContain('<a href="/account">');
    const usual = await person.follow(authorizeTarget(spa, { claims: essential(['2fa', 'phr']) }));
    expect([isSignInForm(usual), usual.body.includes('asks for a passkey')]).toEqual([true, false]);
  });

  test('5.5.1.1: an essential class that the session reaches is told', async () => {
    const person = await withSession(['swk', 'user', 'mfa']);
    expect(await idTokenClaims(person, { claims: essential(['2fa']) })).toMatchObject({ acr: '2fa' });
  });

  test('5.5.1.1: an essential class that nobody can reach is refused at once', async () => {
    const person = await withSession(['pwd']);
    const page = await person.follow(authorizeTarget(spa, { claims: essential(['urn:silver']) }));
    expect(errorOf(page)).toBe('unmet_authentication_requirements');
  });
});
