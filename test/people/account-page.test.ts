import { describe, expect, test } from 'vitest';
import { deviceName } from '../../functions/account/device-name.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { consentStore } from '../../shared/people/consent-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { spa } from '../support/clients.ts';
import { type FullClient, obtainTokens, portal, refresh, userinfo } from '../support/lifecycle.ts';
import { withoutOwnScripts } from '../support/markup.ts';
import { formTokenOf, newPerson, type Person, signInByForm } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, act, addPasskey, addTotp, credentialsOf, post, signedIn } from './account-flows.ts';

const calendar: FullClient = {
  ...portal,
  client_id: 'calendar',
  client_name: 'Calendar <b>of</b> everybody',
  redirect_uris: ['https://calendar.example/callback'],
};
const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon', 'kim', 'lea'];
const server = await startTestServer({ clients: [spa, calendar, portal], accounts: names.map(account) });
const { clock } = server;
const database = openDatabase();
const sessions = sessionStore(database, tables.people);
const bodyOf = async (person: Person, target = '/account') => (await person.open(target)).body;
const isSignedIn = async (person: Person) => (await person.open('/account')).status === 200;
const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0' };

const paths = [
  '/account',
  '/account/password',
  '/account/authenticator',
  '/account/recovery-codes',
  '/account/passkey',
];

test.for(paths)('%s is for people who are signed in, by GET and by POST', async (path) => {
  const stranger = newPerson(server);
  expect(await stranger.open(path)).toMatchObject({ status: 303, headers: { location: '/sign-in' } });
  const page = await stranger.open('/sign-in');
  expect(await post(stranger, path, page, {})).toMatchObject({ status: 303, headers: { location: '/sign-in' } });
  stranger.cookies.set('pixy_session', `${Buffer.from('sub-of-ann').toString('base64url')}.${'A'.repeat(43)}`);
  expect((await stranger.open(path)).status).toBe(303);
});

test.for([...paths, '/.well-known/change-password'])(
  '%s is where somebody comes to who had to sign in for it, once',
  async (path) => {
    const person = newPerson(server);
    const form = await person.follow(path);
    expect((await person.submit(form, { ...credentialsOf('ann'), password: 'wrong' })).status).toBe(400);
    const { status, headers } = await person.submit(form, credentialsOf('ann'));
    const wanted = path.startsWith('/account') ? path : '/account/password';
    expect({ status, to: headers.location }).toEqual({ status: 303, to: wanted });
    expect((await person.submit(await person.open('/sign-in'), credentialsOf('ann'))).status).toBe(200);
  },
);

test('what an app asks for goes before the page of the account that somebody wanted earlier', async () => {
  const person = newPerson(server);
  await person.open('/account/password');
  const page = await person.follow(authorizeTarget(spa));
  const { headers } = await person.submit(page, credentialsOf('ann'));
  expect(headers.location).toMatch(/^\/authorize\?/);
  expect((await person.submit(await person.open('/sign-in'), credentialsOf('ann'))).status).toBe(200);
});

test.for(['https://evil.example', '//evil.example', 'constructor', ''])(
  'a cookie of somebody else, such as %j, leads nowhere',
  async (value) => {
    const person = newPerson(server);
    person.cookies.set('pixy_wanted', value);
    expect((await person.submit(await person.open('/sign-in'), credentialsOf('ann'))).status).toBe(200);
  },
);

test('a sign-in without an app ends on a page that leads to the account', async () => {
  const person = newPerson(server);
  const answer = await person.submit(await person.open('/sign-in'), credentialsOf('ann'));
  expect(answer.body).toContain('href="/account"');
});

test('somebody who was disabled meanwhile sees nothing of the account', async () => {
  const person = await signedIn(server, 'jon');
  await accountStore(database, tables.people).disable('sub-of-jon', clock.now());
  expect(await isSignedIn(person)).toBe(false);
});

test('the page lists the sessions of its person and of nobody else, and marks this one', async () => {
  const person = await signedIn(server, 'ann');
  const other = newPerson(server);
  const page = await other.open('/sign-in');
  await other.open('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...firefox },
    body: new URLSearchParams({ form_token: formTokenOf(page), ...credentialsOf('ann') }).toString(),
  });
  await signedIn(server, 'ben');
  const body = await bodyOf(person);
  expect(body).toContain('Firefox, Linux');
  expect(body.match(/This device/g)).toHaveLength(1);
  expect(body.match(/value="end_session"/g)).toHaveLength((await sessions.list('sub-of-ann', clock.now())).length - 1);

  const [listed] = (await sessions.list('sub-of-ann', clock.now())).filter(({ userAgent }) => userAgent !== undefined);
  const answer = await act(person, { action: 'end_session', id: listed?.id });
  expect(answer).toMatchObject({ status: 303, headers: { location: '/account' } });
  expect(await bodyOf(person)).toContain('That device is signed out.');
  expect(await isSignedIn(other)).toBe(false);
  expect(await isSignedIn(person)).toBe(true);
});

test('all other sessions end at once; this one, and those of others, go on', async () => {
  const [person, second, third] = [
    await signedIn(server, 'ben'),
    await signedIn(server, 'ben'),
    await signedIn(server, 'ben'),
  ];
  const ann = await signedIn(server, 'ann');
  await act(person, { action: 'end_other_sessions' });
  const alive = await Promise.all([person, second, third, ann].map(isSignedIn));
  expect(alive).toEqual([true, false, false, true]);
});

test.for(['', 'x'.repeat(1_025), '🔑'.repeat(257), '\0'])('what cannot be an id names nothing: %#', async (id) => {
  const [person, elsewhere] = [await signedIn(server, 'ann'), await signedIn(server, 'ann')];
  for (const action of ['end_session', 'revoke_access', 'remove_passkey', 'rename_passkey', 'unlink']) {
    expect([action, (await act(person, { action, id })).status]).toEqual([action, 303]);
  }
  expect(await isSignedIn(person)).toBe(true);
  expect(await isSignedIn(elsewhere)).toBe(true);
});

test('nobody ends a session of somebody else by its id', async () => {
  const ann = await signedIn(server, 'ann');
  const person = await signedIn(server, 'ben');
  for (const { id } of await sessions.list('sub-of-ann', clock.now())) await act(person, { action: 'end_session', id });
  expect(await isSignedIn(ann)).toBe(true);
});

test('apps with access: a client with refresh tokens is listed, and without access its tokens are worth nothing', async () => {
  const person = await signedIn(server, 'cem');
  const tokens = await obtainTokens(server, person, calendar);
  await obtainTokens(server, person, spa); // no refresh token, nothing that lasts
  const other = await obtainTokens(server, await signedIn(server, 'dot'), calendar);
  const body = await bodyOf(person);
  expect(body).toContain('Calendar &lt;b&gt;of&lt;/b&gt; everybody');
  expect(body.match(/value="revoke_access"/g)).toHaveLength(1);

  const kept = await obtainTokens(server, person, portal);
  await act(person, { action: 'revoke_access', id: 'calendar' });
  expect(await bodyOf(person)).toContain('The app no longer has access.');
  expect(await bodyOf(person)).not.toContain('Calendar');
  expect((await refresh(server, calendar, tokens.refresh_token)).json['reason']).toBe('grant_revoked');
  expect((await userinfo(server, tokens.access_token)).status).toBe(401);
  expect((await refresh(server, portal, kept.refresh_token)).status).toBe(200);
  expect((await refresh(server, calendar, other.refresh_token)).status).toBe(200);
});

test('apps with access: what was allowed is listed with its scope, and forgotten when it is taken back', async () => {
  const consents = consentStore(database, tables.people);
  const need = { scope: ['openid', 'email'], resources: [], claims: [] };
  await consents.allow('sub-of-dot', 'spa', { need, requestHash: 'hash', clientEpoch: 0, now: clock.now() + 1 });
  const person = await signedIn(server, 'dot');
  expect(await bodyOf(person)).toMatch(/Single-page app[\s\S]*See your email address/);
  await act(person, { action: 'revoke_access', id: 'spa' });
  expect(await consents.find('sub-of-dot', 'spa')).toBeUndefined();
});

test('a grant that is over is no access', async () => {
  const person = await signedIn(server, 'eve');
  const tokens = await obtainTokens(server, person, portal);
  expect(await bodyOf(person)).toContain('revoke_access');
  await post(person, '/account', await person.open('/account'), { action: 'revoke_access', id: 'portal' });
  expect((await refresh(server, portal, tokens.refresh_token)).status).toBe(400);
  await obtainTokens(server, person, portal);
  clock.advance(14 * 86_400);
  expect(await bodyOf(await signedIn(server, 'eve'))).not.toContain('revoke_access');
});

test.for(['', 'wrong', 'A'.repeat(43)])(
  'OA23, H28: every form takes the token of its session: not %s',
  async (token) => {
    const person = await signedIn(server, 'ann');
    const other = await signedIn(server, 'ann');
    for (const path of ['/account', '/account/password', '/account/passkey']) {
      const answer = await post(
        person,
        path,
        { body: '', status: 200, headers: {} },
        { form_token: token, action: 'end_other_sessions' },
      );
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect(await isSignedIn(other)).toBe(true);
  },
);

test('the token of another session, and the one of the sign-in page, are not taken', async () => {
  const person = await signedIn(server, 'ann');
  const other = await signedIn(server, 'ann');
  const foreign = [await other.open('/account'), await person.open('/sign-in')];
  for (const page of foreign)
    expect((await post(person, '/account', page, { action: 'end_other_sessions' })).status).toBe(403);
  expect(await isSignedIn(other)).toBe(true);
});

test.for(['/account/password', '/account/authenticator', '/account/passkey'])(
  '%s needs a sign-in of the last ten minutes, and says why it asks for another one',
  async (path) => {
    const person = await signedIn(server, 'fay');
    clock.advance(600);
    const page = await person.open(path);
    expect(page.status).toBe(200);
    clock.advance(1);
    for (const answer of [await person.open(path), await post(person, path, page, {})]) {
      expect(answer).toMatchObject({ status: 303, headers: { location: '/sign-in' } });
    }
    expect(await bodyOf(person, '/sign-in')).toContain('Confirm that it is you');
    expect(await isSignedIn(person)).toBe(true);
  },
);

test('removing a passkey and turning off the authenticator app need one too; ending sessions does not', async () => {
  const person = await signedIn(server, 'gus');
  await addPasskey(server, person);
  const app = await addTotp(person);
  await app.confirm(app.codeAt(clock.now()));
  const passkeys = passkeyStore(database, tables.people);
  const [passkey] = await passkeys.list('sub-of-gus');
  clock.advance(601);
  expect((await act(person, { action: 'remove_passkey', id: passkey?.id })).headers.location).toBe('/sign-in');
  expect((await act(person, { action: 'turn_off_totp' })).headers.location).toBe('/sign-in');
  expect(await passkeys.list('sub-of-gus')).toHaveLength(1);
  expect(await bodyOf(person)).toContain('You have 10 recovery codes left.');
  expect((await act(person, { action: 'end_other_sessions' })).headers.location).toBe('/account');
});

test('the password changes with the current one, and all other sessions end', async () => {
  const [person, other] = [await signedIn(server, 'hal'), await signedIn(server, 'hal')];
  const page = await person.open('/account/password');
  const next = 'several words in a row';
  const answer = await post(person, '/account/password', page, {
    current_password: account('hal').password,
    password: next,
  });
  expect(answer).toMatchObject({ status: 303, headers: { location: '/account' } });
  expect(await bodyOf(person)).toContain('Your password has been changed.');
  expect(await isSignedIn(other)).toBe(false);
  await expect(signInByForm(server, account('hal'))).rejects.toThrow('could not sign in: 400');
  expect(await isSignedIn(await signInByForm(server, { username: 'hal', password: next }))).toBe(true);
});

test.for([
  [{ current_password: 'wrong', password: 'several words in a row' }, 'That is not your current password.'],
  [{ password: 'several words in a row' }, 'That is not your current password.'],
  [{ current_password: account('ida').password, password: 'short' }, 'That password is too short.'],
  [{ current_password: account('ida').password }, 'That password is too short.'],
  [{ current_password: account('ida').password, password: 'aaaaaaaaaaaaaa' }, 'That password is easy to guess.'],
  [{ current_password: account('ida').password, password: 'Basketball' }, 'is one of the most common ones'],
] as const)('the password stays as it is with %j', async ([fields, sentence]) => {
  clock.advance(600); // a window of the limit for each
  const person = await signedIn(server, 'ida');
  const answer = await post(person, '/account/password', await person.open('/account/password'), fields);
  expect([answer.status, answer.body.includes(sentence)]).toEqual([400, true]);
  expect(answer.body).not.toContain('several words in a row');
  expect(await isSignedIn(await signedIn(server, 'ida'))).toBe(true);
});

test('guessing the current password is throttled', async () => {
  const person = await signedIn(server, 'ida');
  const page = await person.open('/account/password');
  clock.advance(1_200 - (clock.now() % 600)); // a window of the throttle starts
  const fresh = await signedIn(server, 'ida');
  const own = await fresh.open('/account/password');
  const guesses = await Promise.all(
    Array.from({ length: 8 }, () =>
      post(fresh, '/account/password', own, { current_password: 'wrong', password: 'x' }),
    ),
  );
  expect(guesses.filter(({ status }) => status === 429)).toHaveLength(3);
  expect(page.status).toBe(200);
});

test('the only way to sign in cannot be removed', async () => {
  const person = await signedIn(server, 'eve');
  await addPasskey(server, person);
  const { pk, sk } = { pk: 'account#sub-of-eve', sk: 'account' };
  await database.update({ TableName: tables.people, Key: { pk, sk }, UpdateExpression: 'REMOVE passwordHash' });
  const passkeys = passkeyStore(database, tables.people);
  const [passkey] = await passkeys.list('sub-of-eve');
  const refused = await act(person, { action: 'remove_passkey', id: passkey?.id });
  expect([refused.status, refused.body.includes('This is your only way to sign in.')]).toEqual([400, true]);
  expect(refused.body).toContain('You have no password.');
  const page = await person.open('/account/password');
  expect(page.body).not.toContain('current_password');
  await post(person, '/account/password', page, { password: 'several words in a row' });
  await act(person, { action: 'remove_passkey', id: passkey?.id });
  expect(await passkeys.list('sub-of-eve')).toEqual([]);
});

test('linked accounts are listed, and unlinked by their own person only', async () => {
  const links = linkStore(database, tables.people);
  const pair = { issuer: 'https://upstream.example', subject: 'somebody' };
  await links.claim(pair, 'sub-of-fay', { provider: 'acme', label: 'fay@upstream.example' }, clock.now());
  const person = await signedIn(server, 'fay');
  expect(await bodyOf(person)).toContain('fay@upstream.example');
  const [link] = await links.list('sub-of-fay');
  const other = await signedIn(server, 'ann');
  await act(other, { action: 'unlink', id: link?.id });
  expect(await links.list('sub-of-fay')).toEqual([link]);
  await act(person, { action: 'unlink', id: link?.id });
  expect(await bodyOf(person)).toContain('The account is no longer linked.');
  expect(await links.list('sub-of-fay')).toEqual([]);
});

test('a notice is said once, and nobody can put one there with a link', async () => {
  const person = await signedIn(server, 'ann');
  for (const target of ['/account?done=passwordChanged', '/account?notice=passwordChanged']) {
    expect(await bodyOf(person, target)).not.toContain('Your password has been changed.');
  }
  person.cookies.set('pixy_notice', '<script>');
  const page = await person.open('/account');
  expect(withoutOwnScripts(page.body)).not.toContain('<script>');
  expect(page.headers['set-cookie']?.join()).toContain('pixy_notice=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0');
});

test('an unknown action does nothing', async () => {
  const person = await signedIn(server, 'ann');
  for (const action of ['', 'constructor', '__proto__', 'remove_everything']) {
    expect((await act(person, { action })).status).toBe(303);
  }
});

test('browsers and systems have the names that people know', () => {
  const agents = {
    'Chrome, Windows':
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
    'Edge, Windows':
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0',
    'Safari, iPhone':
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    'Safari, Mac':
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
    'Chrome, Android':
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
  };
  for (const [name, agent] of Object.entries(agents)) expect(deviceName(agent)).toBe(name);
  expect([deviceName(undefined), deviceName(''), deviceName('curl/9')]).toEqual([undefined, undefined, undefined]);
});

describe('S25: after a change of how somebody signs in', () => {
  const offer = 'If somebody else may be signed in to your account';
  const changes = () => server.auditLines.map((line) => JSON.parse(line).credential as string | undefined);
  const lastChange = () => changes().findLast((credential) => credential !== undefined);

  /** What the page says after a form, once: the second time it is shown, the offer is gone. */
  async function offersIn(person: Person): Promise<boolean> {
    const isThere = (await bodyOf(person)).includes(offer);
    expect(await bodyOf(person)).not.toContain(offer);
    return isThere;
  }

  test('AV6: the page offers to end the other sessions, which one form does, and the audit log tells what changed', async () => {
    const [person, other] = [await signedIn(server, 'kim'), await signedIn(server, 'kim')];
    const passkeys = passkeyStore(database, tables.people);
    await addPasskey(server, person);
    expect([lastChange(), await offersIn(person)]).toEqual(['passkey_added', true]);
    const app = await addTotp(person);
    await app.confirm(app.codeAt(clock.now()));
    expect([lastChange(), await offersIn(person)]).toEqual(['authenticator_added', true]);
    clock.advance(30);
    await post(person, '/account/recovery-codes', await person.open('/account/recovery-codes'), {
      code: app.codeAt(clock.now()),
    });
    expect([lastChange(), await offersIn(person)]).toEqual(['recovery_codes_renewed', true]);
    await act(person, { action: 'turn_off_totp' });
    expect([lastChange(), await offersIn(person)]).toEqual(['authenticator_removed', true]);
    const [passkey] = await passkeys.list('sub-of-kim');
    await act(person, { action: 'remove_passkey', id: passkey?.id ?? '' });
    expect(lastChange()).toBe('passkey_removed');
    const page = await person.open('/account');
    expect(page.body).toContain(offer);
    await post(person, '/account', page, { action: 'end_other_sessions' });
    expect([await isSignedIn(person), await isSignedIn(other)]).toEqual([true, false]);
    expect(await offersIn(person)).toBe(false);
  });

  test('nothing is offered to somebody who is signed in nowhere else, or who renamed a passkey', async () => {
    const person = await signedIn(server, 'lea');
    await addPasskey(server, person);
    expect(await offersIn(person)).toBe(false);
    await signedIn(server, 'lea');
    const [passkey] = await passkeyStore(database, tables.people).list('sub-of-lea');
    const before = changes().length;
    await act(person, { action: 'rename_passkey', id: passkey?.id ?? '', name: 'Phone' });
    expect(await offersIn(person)).toBe(false);
    expect(changes().slice(before).filter(Boolean)).toEqual([]);
  });
});
