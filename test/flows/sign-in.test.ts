import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { spa } from '../support/clients.ts';
import { encodeFields, type Fields, formType } from '../support/http.ts';
import { formTokenOf, isSignInPage, newPerson, type Page, type Person, signedInPerson } from '../support/person.ts';
import { authorizeTarget, claimsOf, obtainCode, parametersOf, redeem } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';
import { countFailures } from '../support/throttle.ts';

const bob = { username: 'Bob', password: 'bobs password', claims: { sub: 'bob-0002' } };
const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const server = await startTestServer({ clients: [spa], accounts: [ada, bob], environment: { PIXY_WRAPPING_KEY } });
/** The same, as it runs behind https. */
const deployed = await startTestServer({
  clients: [spa],
  accounts: [ada],
  dynamodb: server.dynamodb,
  environment: { PIXY_WRAPPING_KEY, PIXY_ISSUER: 'https://sign-in.example.com' },
});

const throttleWindow = 600;

/** Failures of one test do not count in the next. */
beforeEach(() => server.clock.advance(throttleWindow - (server.clock.now() % throttleWindow)));

/** Fills in the sign-in page that is in front of `person`. */
const signIn = async (person: Person, fields: Fields, target = '/sign-in'): Promise<Page> =>
  person.submit(await person.open(target), fields);

const { username, password } = ada;
const wrong = { username, password: 'wrong' };

describe('the sign-in page', () => {
  test('is a form with username and password that goes back to its own address, and a hidden one for a passkey', async () => {
    const { status, body } = await newPerson(server).follow(authorizeTarget(spa));
    expect(status).toBe(200);
    expect(body.match(/<form[^>]*>/g)).toEqual([
      '<form method="post">',
      expect.stringMatching(
        /^<form method="post" class="stack" action="\/sign-in\/passkey\?[^"]*" data-passkey="[^"]*" hidden>$/,
      ),
    ]);
    for (const name of ['username', 'password']) {
      expect(body).toContain(`<label for="${name}">`);
      expect(body).toMatch(new RegExp(`<input id="${name}" name="${name}"`));
    }
  });

  test('names the client', async () => {
    expect((await newPerson(server).follow(authorizeTarget(spa))).body).toContain(spa.client_name);
  });

  test('is filled in with the login_hint', async () => {
    const { body } = await newPerson(server).follow(authorizeTarget(spa, { login_hint: 'ada@example.com' }));
    expect(body).toContain('value="ada@example.com"');
  });

  test('leads on to the client, with the parameters of before', async () => {
    const redirected = await newPerson(server).authorize(authorizeTarget(spa, { state: 'kept & safe' }));
    expect(parametersOf(redirected)).toMatchObject({ code: expect.any(String), state: 'kept & safe' });
  });

  test('by itself leads to a page that says so', async () => {
    const page = await signIn(newPerson(server), { username, password });
    expect(page.status).toBe(200);
    expect(page.body).toContain('You are signed in');
  });

  test.each(['ada', 'ADA', ' ada ', 'ａｄａ'])('knows the account however its name is typed: %j', async (typed) => {
    expect((await signIn(newPerson(server), { username: typed, password })).status).toBe(200);
  });

  test.each([
    ['a wrong password', wrong],
    ['the password in another case', { username, password: password.toUpperCase() }],
    ['the password with a space', { username, password: `${password} ` }],
    ['no password', { username }],
    ['nothing', {}],
    ['a password of 10,000 characters', { username, password: 'x'.repeat(10_000) }],
    ['an account name with NUL', { username: 'ada\u0000', password }],
    ['an account name like a prototype', { username: '__proto__', password }],
    ['an account name that is longer than any database key', { username: 'x'.repeat(3_000), password }],
  ])('refuses %s beside the field, without a session', async (_, fields: Fields) => {
    const person = newPerson(server);
    const page = await signIn(person, fields);
    expect(page.status).toBe(400);
    expect(isSignInPage(page)).toBe(true);
    expect(page.body).toContain('role="alert"');
    expect(person.cookies.has('pixy_session')).toBe(false);
  });

  test('never sends a password back', async () => {
    const page = await signIn(newPerson(server), { username, password: 'mistyped-secret' });
    expect(page.body).not.toContain('mistyped-secret');
  });

  test('lets somebody try again and then goes on', async () => {
    const person = newPerson(server);
    const page = await person.submit(await person.follow(authorizeTarget(spa)), wrong);
    const answer = await person.submit(page, { username, password });
    const redirected = await person.authorize(answer.headers.location ?? '');
    expect(redirected.searchParams.has('code')).toBe(true);
  });

  test('H31: says the same, byte for byte, of an unknown account as of a wrong password', async () => {
    const person = newPerson(server);
    const known = await signIn(person, { username: 'bob', password: 'wrong' });
    const unknown = await signIn(person, { username: 'zoe', password: 'wrong' });
    // The challenge of a passkey is another one on every page.
    const anyChallenge = (body: string) => body.replace(/(challenge&quot;:&quot;)[\w-]{43}&/, '$1&');
    expect(anyChallenge(unknown.body.replaceAll('zoe', 'bob'))).toBe(anyChallenge(known.body));
    const comparable = ({ status, headers }: Page) => ({
      status,
      headers: { ...headers, date: '', 'x-request-id': '', 'apigw-requestid': '' },
    });
    expect(comparable(unknown)).toEqual(comparable(known));
  });

  test.each(['PUT', 'DELETE', 'OPTIONS'])('is not for %s', async (method) => {
    const page = await newPerson(server).open('/sign-in', { method });
    expect(page.status).toBe(405);
    expect(page.headers.allow).toBe('GET, POST');
  });
});

describe('OA23, H28: a sign-in that another site sends', () => {
  const post = (person: Person, fields: Fields, headers: Record<string, string> = formType) =>
    person.open('/sign-in', { method: 'POST', headers, body: encodeFields(fields) });

  const outcome = (person: Person, { status }: Page) => ({ status, isSignedIn: person.cookies.has('pixy_session') });
  const forbidden = { status: 403, isSignedIn: false };

  test('has no cookie: 403', async () => {
    const person = newPerson(server);
    const token = formTokenOf(await newPerson(server).open('/sign-in'));
    expect(outcome(person, await post(person, { form_token: token, username, password }))).toEqual(forbidden);
  });

  // It would keep no session either: whoever blocks cookies would see the same page again and again, and never why.
  test.each([
    ['/sign-in', 'your browser blocks cookies'],
    ['/sign-in/passkey', 'allow its cookies'],
  ])(
    'comes to %s from a page of ours in a browser that keeps no cookies: 403, and the page says so',
    async (path, why) => {
      const form_token = formTokenOf(await newPerson(server).open('/sign-in'));
      const headers = { ...formType, 'sec-fetch-site': 'same-origin' };
      const body = encodeFields({ form_token, username, password });
      const person = newPerson(server);
      const answer = await person.open(path, { method: 'POST', headers, body });
      expect(outcome(person, answer)).toEqual(forbidden);
      expect(answer.body).toContain(why);
    },
  );

  test('has no token in the form: 403', async () => {
    const person = newPerson(server);
    await person.open('/sign-in');
    expect(outcome(person, await post(person, { username, password }))).toEqual(forbidden);
  });

  // A page of ours sends answers of clients on (response_mode=form_post), and a client may say that it is at an address of ours.
  test.each(['same-origin', 'same-site', 'cross-site', 'none'])(
    'has no token and is, as the browser says, %s: 403',
    async (relation) => {
      const person = newPerson(server);
      await person.open('/sign-in');
      const answer = await post(person, { username, password }, { ...formType, 'sec-fetch-site': relation });
      expect(outcome(person, answer)).toEqual(forbidden);
    },
  );

  test.each(['', 'guess', 'x'.repeat(43)])('has the token %j: 403', async (form_token) => {
    const person = newPerson(server);
    expect(outcome(person, await signIn(person, { form_token, username, password }))).toEqual(forbidden);
  });

  test('has the token of another browser: 403', async () => {
    const person = newPerson(server);
    const form_token = formTokenOf(await newPerson(server).open('/sign-in'));
    expect(outcome(person, await signIn(person, { form_token, username, password }))).toEqual(forbidden);
  });

  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])('comes as %s: 415', async (type) => {
    const person = newPerson(server);
    const form_token = formTokenOf(await person.open('/sign-in'));
    const answer = await post(person, { form_token, username, password }, { 'content-type': type });
    expect(outcome(person, answer)).toEqual({ status: 415, isSignedIn: false });
  });

  test('has a field twice: 400', async () => {
    const person = newPerson(server);
    const form = encodeFields({ form_token: formTokenOf(await person.open('/sign-in')), username, password });
    const body = `${form}&username=bob`;
    const answer = await person.open('/sign-in', { method: 'POST', headers: formType, body });
    expect(outcome(person, answer)).toEqual({ status: 400, isSignedIn: false });
  });

  test('does not count against the account', async () => {
    for (let attempt = 0; attempt < 12; attempt += 1) await post(newPerson(server), wrong);
    expect((await signIn(newPerson(server), { username, password })).status).toBe(200);
  });

  test('leaves a form that works', async () => {
    const person = newPerson(server);
    const refused = await signIn(person, { form_token: 'stale', username, password });
    expect((await person.submit(refused, { username, password })).status).toBe(200);
  });

  test('an empty token cookie does not shut anybody out', async () => {
    const person = newPerson(server);
    person.cookies.set('pixy_form', '');
    expect((await signIn(person, { username, password })).status).toBe(200);
  });
});

describe('H27: cookies', () => {
  const attributesOf = (line = '') => line.split('; ').slice(1).toSorted();
  const setBy = ({ headers }: Page, name: string) =>
    headers['set-cookie']?.find((line) => line.startsWith(`${name}=`)) ?? '';

  test('are for this host alone, for no script, and not for requests of other sites', async () => {
    const person = newPerson(server);
    const shown = await person.open('/sign-in');
    const signedIn = await person.submit(shown, { username, password });
    for (const line of [setBy(shown, 'pixy_form'), setBy(signedIn, 'pixy_session')]) {
      expect(attributesOf(line)).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax']);
    }
  });

  test('are Secure and bound to the host by their name behind https', async () => {
    const person = newPerson(deployed);
    const shown = await person.open('/sign-in');
    const signedIn = await person.submit(shown, { username, password });
    for (const line of [setBy(shown, '__Host-pixy_form'), setBy(signedIn, '__Host-pixy_session')]) {
      expect(attributesOf(line)).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']);
    }
    expect(parametersOf(await person.authorize(authorizeTarget(spa)))).toHaveProperty('code');
  });

  test('behind https a cookie without the prefix counts for nothing', async () => {
    const person = newPerson(deployed);
    await signIn(person, { username, password });
    person.cookies.set('pixy_session', person.cookies.get('__Host-pixy_session') ?? '');
    person.cookies.delete('__Host-pixy_session');
    expect(isSignInPage(await person.follow(authorizeTarget(spa)))).toBe(true);
  });

  test('the session has an id of 256 bits', async () => {
    const person = await signedInPerson(server);
    const [, secret = ''] = (person.cookies.get('pixy_session') ?? '').split('.');
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  });

  test('every sign-in makes a new session and ends the one of before', async () => {
    const person = await signedInPerson(server);
    const before = person.cookies.get('pixy_session') ?? '';
    await signIn(person, { username, password });
    expect(person.cookies.get('pixy_session')).not.toBe(before);
    const thief = newPerson(server);
    thief.cookies.set('pixy_session', before);
    expect(isSignInPage(await thief.follow(authorizeTarget(spa)))).toBe(true);
  });

  test('a session id that somebody planted is not adopted', async () => {
    const person = newPerson(server);
    person.cookies.set('pixy_session', 'planted');
    await signIn(person, { username, password });
    expect(person.cookies.get('pixy_session')).not.toBe('planted');
    const planter = newPerson(server);
    planter.cookies.set('pixy_session', 'planted');
    expect(isSignInPage(await planter.follow(authorizeTarget(spa)))).toBe(true);
  });

  test.each(['', 'x', '__proto__', '%zz', 'x'.repeat(4_000)])('a made-up session id is nobody: %j', async (id) => {
    const stranger = newPerson(server);
    stranger.cookies.set('pixy_session', id.slice(0, 4_000));
    expect(isSignInPage(await stranger.follow(authorizeTarget(spa)))).toBe(true);
  });

  test('the session of one person is not the session of another', async () => {
    const { code, verifier } = await obtainCode(await signedInPerson(server, bob), spa);
    const { json } = await redeem(server, spa, { code, code_verifier: verifier });
    expect(claimsOf(json.id_token)['sub']).toBe(bob.claims.sub);
  });

  test('H1: the session ends after eight hours, however often it is used', async () => {
    const person = await signedInPerson(server);
    for (let hour = 1; hour < 8; hour += 1) {
      server.clock.advance(3_600);
      expect(isSignInPage(await person.follow(authorizeTarget(spa)))).toBe(false);
    }
    server.clock.advance(3_600);
    expect(isSignInPage(await person.follow(authorizeTarget(spa)))).toBe(true);
  });
});

describe('OC2: prompt=none', () => {
  const silent = authorizeTarget(spa, { prompt: 'none' });

  test('without a session is login_required', async () => {
    const refused = parametersOf(await newPerson(server).authorize(silent));
    expect(refused).toMatchObject({ error: 'login_required', state: 'a-state', iss: server.issuer });
  });

  test('with a session is a code', async () => {
    expect(parametersOf(await (await signedInPerson(server)).authorize(silent))).toHaveProperty('code');
  });

  test('with a session that is too old for max_age is login_required', async () => {
    const person = await signedInPerson(server);
    server.clock.advance(61);
    const target = authorizeTarget(spa, { prompt: 'none', max_age: '60' });
    expect(parametersOf(await person.authorize(target))).toMatchObject({ error: 'login_required' });
  });
});

describe('OC4: a fresh sign-in', () => {
  /** The ID token that `person` ends up with. */
  async function idToken(person: Person, changes: Fields) {
    const { code, verifier } = await obtainCode(person, spa, changes);
    return claimsOf((await redeem(server, spa, { code, code_verifier: verifier })).json.id_token);
  }

  test.each([
    ['prompt=login', { prompt: 'login' }],
    ['prompt=login select_account', { prompt: 'login select_account' }],
    ['prompt=login consent', { prompt: 'login consent' }],
    ['a max_age that has passed', { max_age: '60' }],
    ['both', { prompt: 'login', max_age: '60' }],
  ])('is asked for once by %s, and then there is a code', async (_, changes) => {
    const person = await signedInPerson(server);
    server.clock.advance(61);
    expect(isSignInPage(await person.follow(authorizeTarget(spa, changes)))).toBe(true);
    expect((await idToken(person, changes))['auth_time']).toBe(server.clock.now());
  });

  test.each<[string, Fields, boolean]>([
    ['prompt=login', { prompt: 'login' }, true],
    ['a max_age that has passed', { max_age: '60' }, true],
    ['a class that the sign-in did not reach', { acr_values: 'phr' }, true],
    ['prompt=login select_account, where it may be somebody else', { prompt: 'login select_account' }, false],
  ])('says why it is asked for by %s: %o', async (_, changes, isSaid) => {
    const person = await signedInPerson(server);
    server.clock.advance(61);
    const page = await person.follow(authorizeTarget(spa, changes));
    expect(isSignInPage(page)).toBe(true);
    expect(page.body.includes('Confirm that it is you')).toBe(isSaid);
    expect(page.body.includes('even if you are signed in already')).toBe(isSaid);
  });

  test('says nothing of the kind to somebody who is not signed in', async () => {
    const page = await newPerson(server).follow(authorizeTarget(spa, { prompt: 'login', max_age: '60' }));
    expect(page.body).not.toContain('Confirm that it is you');
  });

  test('is asked for by max_age=0, even in the second of the last one', async () => {
    const person = await signedInPerson(server);
    expect(isSignInPage(await person.follow(authorizeTarget(spa, { max_age: '0' })))).toBe(true);
    expect((await idToken(person, { max_age: '0' }))['auth_time']).toBe(server.clock.now());
  });

  test('is not asked for while max_age has not passed', async () => {
    const person = await signedInPerson(server);
    const signedInAt = server.clock.now();
    server.clock.advance(60);
    const target = authorizeTarget(spa, { max_age: '60' });
    expect(isSignInPage(await person.follow(target))).toBe(false);
    expect((await idToken(person, { max_age: '60' }))['auth_time']).toBe(signedInAt);
  });

  test('OC13: is asked for by an ID token of somebody else, and not again once somebody has signed in', async () => {
    const { code, verifier } = await obtainCode(await signedInPerson(server, bob), spa);
    const { json } = await redeem(server, spa, { code, code_verifier: verifier });
    const person = await signedInPerson(server);
    const target = authorizeTarget(spa, { id_token_hint: json.id_token });
    const page = await person.follow(target);
    expect(isSignInPage(page)).toBe(true);
    expect(page.body).not.toContain('Confirm that it is you');
    // OpenID Connect Core §3.1.2.1: the client is told when it is not the person of the hint.
    expect(parametersOf(await person.authorize(target))).toMatchObject({ error: 'login_required' });
  });

  test('may be of somebody else', async () => {
    const person = await signedInPerson(server);
    const page = await person.follow(authorizeTarget(spa, { prompt: 'login' }));
    await person.submit(page, { username: bob.username, password: bob.password });
    expect((await idToken(person, {}))['sub']).toBe(bob.claims.sub);
  });
});

describe('H32: too many attempts at one account', () => {
  async function fail(times: number, fields: Fields = wrong) {
    for (let attempt = 0; attempt < times; attempt += 1) {
      expect((await signIn(newPerson(server), fields)).status).toBe(400);
    }
  }

  /** So many attempts were made before. The first test makes all of them itself: a password takes its time on purpose. */
  const failedBefore = (times: number, name = username) => countFailures(server, Array<string>(times).fill(name));

  test('get 429 with Retry-After from the eleventh on, with the right password too', async () => {
    await fail(10);
    server.clock.advance(100);
    const page = await signIn(newPerson(server), { username, password });
    expect(page.status).toBe(429);
    expect(page.headers['retry-after']).toBe(String(throttleWindow - 100));
    expect(page.body).toMatch(/too many attempts/);
    expect(page.headers).not.toHaveProperty('set-cookie');
  });

  test('count however the name is typed', async () => {
    await failedBefore(5);
    for (const typed of ['ada', 'ADA', ' Ada', 'ａｄａ', 'ada ']) await fail(1, { ...wrong, username: typed });
    expect((await signIn(newPerson(server), wrong)).status).toBe(429);
  });

  test('do not count against other accounts', async () => {
    await failedBefore(10);
    expect((await signIn(newPerson(server), wrong)).status).toBe(429);
    const { username: other, password: right } = bob;
    expect((await signIn(newPerson(server), { username: other, password: right })).status).toBe(200);
  });

  test('are forgotten after ten minutes: nobody is locked out for good', async () => {
    await failedBefore(10);
    expect((await signIn(newPerson(server), { username, password })).status).toBe(429);
    server.clock.advance(throttleWindow);
    expect((await signIn(newPerson(server), { username, password })).status).toBe(200);
  });

  test('H31: are answered alike for an account that does not exist', async () => {
    await failedBefore(9, 'nobody');
    await fail(1, { username: 'nobody', password: 'wrong' });
    const page = await signIn(newPerson(server), { username: 'nobody', password: 'wrong' });
    expect(page.status).toBe(429);
    expect(page.headers['retry-after']).toBe(String(throttleWindow));
  });

  test('are none that succeeded: a success gives its attempt back', async () => {
    await failedBefore(9);
    for (let time = 0; time < 3; time += 1) {
      expect((await signIn(newPerson(server), { username, password })).status).toBe(200);
    }
    await fail(1);
    expect((await signIn(newPerson(server), wrong)).status).toBe(429);
  });

  test('count when they come at the same time', async () => {
    await failedBefore(5);
    const attempts = Array.from({ length: 15 }, () => signIn(newPerson(server), wrong));
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });
});

describe('H32: too many attempts from one address', () => {
  test('get 429 after fifty accounts, are not helped by forwarding headers, and are forgotten', async () => {
    const { username: other, password: right } = bob;
    const sprayer = newPerson(server);
    const form = await sprayer.open('/sign-in');
    for (let index = 0; index < 50; index += 1) {
      const page = await sprayer.submit(form, { username: `somebody-${index}`, password: 'wrong' });
      expect(page.status).toBe(400);
    }
    expect((await signIn(newPerson(server), { username: other, password: right })).status).toBe(429);

    const person = newPerson(server);
    const form_token = formTokenOf(await person.open('/sign-in'));
    const spoofed = await person.open('/sign-in', {
      method: 'POST',
      headers: {
        ...formType,
        'x-forwarded-for': '203.0.113.7',
        forwarded: 'for=203.0.113.7',
        'x-real-ip': '203.0.113.7',
      },
      body: encodeFields({ form_token, username: other, password: right }),
    });
    expect(spoofed.status, 'H17').toBe(429);

    server.clock.advance(throttleWindow);
    expect((await signIn(newPerson(server), { username: other, password: right })).status).toBe(200);
  });
});
