import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword } from '../../shared/password.ts';
import type { LinkPurpose } from '../../shared/people/account.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { spa } from '../support/clients.ts';
import { encodeFields, formType, send } from '../support/http.ts';
import { formTokenOf, newPerson, type Page, signedInPerson, startSession } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { addTotp, passkeyFormOf } from './account-flows.ts';
import { type CreationOptions, makeAuthenticator } from './authenticator.ts';

const server = await startTestServer({ clients: [spa], accounts: [] });
const database = openDatabase();
const accounts = accountStore(database, tables.people);
const sessions = sessionStore(database, tables.people);
const now = () => server.clock.now();
const password = 'quiet orange river';
const lostPassword = 'the lost password';
const lostHash = await hashPassword(lostPassword);
let sub: string;
let username: string;
let count = 0;

/** Every test invites somebody of its own. */
beforeEach(async () => {
  count += 1;
  username = `grace-${count}`;
  const added = await accounts.add({ username, claims: {} }, now());
  if (!added.ok) throw new Error(added.refusal.reason);
  sub = added.value.sub;
});

async function linkFor(purpose: LinkPurpose = 'invitation', lifetime?: number): Promise<string> {
  const { token, invitation } = newLink(sub, purpose, now(), lifetime);
  expect(await accounts.invite(sub, invitation)).toBeDefined();
  return `/invitation?token=${token}`;
}

const hashNow = async () => (await accounts.findBySubject(sub))?.passwordHash;
const hasForm = ({ body }: Page) => body.includes('autocomplete="new-password"');
const sessionIn = ({ headers }: Page) => headers['set-cookie']?.find((cookie) => cookie.startsWith('pixy_session='));

async function isSignedInWith(typed: string): Promise<boolean> {
  const person = newPerson(server);
  return (await person.submit(await person.open('/sign-in'), { username, password: typed })).status === 200;
}

describe('a link that is not good', () => {
  test.each([
    ['no token', () => '/invitation', 404],
    ['an empty token', () => '/invitation?token=', 404],
    ['a token of nobody', () => `/invitation?token=${newLink('nobody', 'invitation', now()).token}`, 404],
    ['a token that was never given out', () => `/invitation?token=${newLink(sub, 'invitation', now()).token}`, 404],
    ['two tokens', async () => `${await linkFor()}&token=x`, 404],
    ['a cut-off token', async () => (await linkFor()).slice(0, -1), 404],
    ['a changed token', async () => (await linkFor()).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), 404],
    ['an address that a mail program has mangled', async () => `${await linkFor()}&%zz=1`, 404],
    ['a token that is too old', () => linkFor('invitation', 0), 410],
  ])('with %s shows no form, sets nothing and says why', async (_, target, status) => {
    const person = newPerson(server);
    const to = await target();
    const page = await person.open(to);
    expect(page.status).toBe(status);
    expect(hasForm(page)).toBe(false);
    expect(page.body).toMatch(/<h1>(We do not recognise this invitation|This invitation is no longer valid)<\/h1>/);
    const posted = await person.open(to, { method: 'POST', headers: formType, body: encodeFields({ password }) });
    expect(posted.status).toBe(status);
    expect(sessionIn(posted)).toBeUndefined();
    expect(await hashNow()).toBeUndefined();
  });

  test('ends at its time and not before', async () => {
    const link = await linkFor('invitation', 100);
    const page = await newPerson(server).open(link);
    expect(hasForm(page)).toBe(true);
    const person = newPerson(server);
    const loaded = await person.open(link);
    server.clock.advance(100);
    expect((await person.submit(loaded, { password })).status).toBe(410);
    expect(await hashNow()).toBeUndefined();
  });

  test('is one that a newer link took the place of', async () => {
    const older = await linkFor();
    const newer = await linkFor();
    expect((await newPerson(server).open(older)).status).toBe(404);
    expect((await newPerson(server).open(newer)).status).toBe(200);
  });

  test('is one of an account that was disabled, also when it is enabled again', async () => {
    const link = await linkFor();
    const person = newPerson(server);
    const loaded = await person.open(link);
    await accounts.disable(sub, now());
    expect((await person.submit(loaded, { password })).status).toBe(404);
    await accounts.enable(sub);
    expect((await person.open(link)).status).toBe(404);
    expect(await hashNow()).toBeUndefined();
  });

  test('is one of an account whose password the operator has set meanwhile', async () => {
    const link = await linkFor();
    await accounts.setPassword(sub, lostHash);
    expect((await newPerson(server).open(link)).status).toBe(404);
    expect(await hashNow()).toBe(lostHash);
  });
});

describe('the form', () => {
  test.each([
    ['without its token', {}],
    ['with the token of somebody else', { form_token: 'x'.repeat(43) }],
  ])('is not taken %s', async (_, fields) => {
    const person = newPerson(server);
    const link = await linkFor();
    await person.open(link);
    const posted = await person.open(link, {
      method: 'POST',
      headers: formType,
      body: encodeFields({ password, ...fields }),
    });
    expect(posted.status).toBeGreaterThanOrEqual(400);
    expect(hasForm(posted)).toBe(true);
    expect(await hashNow()).toBeUndefined();
  });

  test.each([
    ['nothing', '', 'too short'],
    ['nine characters', 'nine char', 'too short'],
    ['1,025 characters', 'long enough '.repeat(86), 'too long'],
    ['one character over and over', 'aaaaaaaaaaaa', 'easy to guess'],
    ['three characters over and over', 'abcabcabcabc', 'easy to guess'],
    ['the list of common ones', 'Basketball', 'one of the most common ones'],
  ])('is shown again for a password of %s, and the link still works', async (_, typed, words) => {
    const person = newPerson(server);
    const page = await person.open(await linkFor());
    const refused = await person.submit(page, { password: typed });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain(words);
    expect(refused.body).not.toContain(`value="${typed || 'x'}"`);
    expect((await person.submit(refused, { password })).status).toBe(303);
  });

  test('is shown again for the username as the password', async () => {
    username = `a-long-username-${count}`;
    const added = await accounts.add({ username, claims: {} }, now());
    sub = added.ok ? added.value.sub : '';
    const person = newPerson(server);
    expect((await person.submit(await person.open(await linkFor()), { password: username })).status).toBe(400);
  });

  test('names the account, and the link is nowhere on the page but in its address', async () => {
    const link = await linkFor();
    const page = await newPerson(server).open(link);
    expect(page.body).toContain(username);
    expect(page.body).not.toContain(link.split('=')[1]);
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(page.headers['cache-control']).toBe('no-store');
  });
});

test('looking at a link any number of times does not use it up', async () => {
  const link = await linkFor();
  for (let looks = 0; looks < 5; looks += 1) expect(hasForm(await newPerson(server).open(link))).toBe(true);
  await send(server.port, link, { method: 'HEAD' });
  expect(hasForm(await newPerson(server).open(link))).toBe(true);
});

test('somebody who was invited sets a password, is signed in, and signs in with it from then on', async () => {
  const person = newPerson(server);
  const set = await person.submit(await person.open(await linkFor()), { password });
  expect(set.status).toBe(303);
  expect(set.headers.location).toBe('/invitation?done=invitation');
  expect(sessionIn(set)).toBeDefined();
  expect((await person.open(set.headers.location ?? '')).body).toContain('You are signed in');
  expect((await person.follow(authorizeTarget(spa))).status).toBe(302);
  expect(await isSignedInWith(password)).toBe(true);
});

test('a link that was used says so, and sets nothing again', async () => {
  const link = await linkFor();
  const person = newPerson(server);
  await person.submit(await person.open(link), { password });
  const kept = await hashNow();
  const again = await newPerson(server).open(link);
  expect(again.status).toBe(410);
  expect(again.body).toContain('This invitation has already been used');
  const other = newPerson(server);
  const token = formTokenOf(await other.open('/sign-in'));
  const body = encodeFields({ form_token: token, password: 'another good password' });
  expect((await other.open(link, { method: 'POST', headers: formType, body })).status).toBe(410);
  expect(await hashNow()).toBe(kept);
});

test('of ten forms with one link at once, one sets its password, and one session starts', async () => {
  const link = await linkFor();
  const people = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const person = newPerson(server);
      return { person, page: await person.open(link), typed: `password of number ${index}` };
    }),
  );
  const answers = await Promise.all(people.map(({ person, page, typed }) => person.submit(page, { password: typed })));
  const winners = answers.filter(({ status }) => status === 303);
  expect(winners).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 410)).toHaveLength(9);
  expect(await sessions.list(sub, now())).toHaveLength(1);
  const won = people[answers.indexOf(winners[0] as Page)]?.typed ?? '';
  expect(await isSignedInWith(won)).toBe(true);
});

describe('a link for somebody who lost their password', () => {
  test('sets another one, ends every session and starts one in which to look at the account', async () => {
    await accounts.setPassword(sub, lostHash);
    await startSession(sub, { now: now(), lifetime: 3_600 });
    const person = newPerson(server);
    const set = await person.submit(await person.open(await linkFor('reset')), { password });
    expect(set.headers.location).toBe('/account');
    expect((await person.open('/account')).body).toContain('Everybody was signed out of your account.');
    expect(await sessions.list(sub, now())).toHaveLength(1);
    expect(await isSignedInWith(lostPassword)).toBe(false);
    expect(await isSignedInWith(password)).toBe(true);
  });

  test('that is not good says so in words of its own', async () => {
    const person = newPerson(server);
    const link = await linkFor('reset');
    await person.submit(await person.open(link), { password });
    expect((await person.open(link)).body).toContain('This link is no longer valid');
  });
});

describe('an invitation for an account with an authenticator app', () => {
  beforeEach(async () => void (await accounts.setPassword(sub, lostHash)));

  const withApp = async () => {
    const owner = await signedInPerson(server, { username, password: lostPassword });
    const app = await addTotp(owner);
    await app.confirm(app.codeAt(now()));
    return owner;
  };

  test('sets a password and signs nobody in: the code is still asked for', async () => {
    const owner = await withApp();
    const person = newPerson(server);
    const set = await person.submit(await person.open(await linkFor('invitation')), { password });
    expect(set.headers.location).toBe('/invitation?done=reset');
    expect(sessionIn(set)).toBeUndefined();
    expect((await owner.open('/account')).headers.location).toBe('/sign-in');
    expect((await person.open('/invitation?done=reset')).body).toContain('href="/sign-in/code"');
    const stranger = newPerson(server);
    const signedIn = await stranger.submit(await stranger.open('/sign-in'), { username, password });
    expect(signedIn.headers.location).toBe('/sign-in/code');
  });

  test('makes no passkey, also when the app was set up after the page was opened', async () => {
    const person = newPerson(server);
    const link = await linkFor('invitation');
    const page = await person.open(link);
    const { options } = passkeyFormOf<CreationOptions>(page);
    await withApp();
    expect((await newPerson(server).open(link)).body).not.toContain('data-passkey=');
    const credential = makeAuthenticator(server.issuer).create(options);
    const answer = await person.submit(page, { credential });
    expect(answer.status).toBe(400);
    expect(sessionIn(answer)).toBeUndefined();
    expect(await passkeyStore(database, tables.people).list(sub)).toEqual([]);
  });
});

test('neither link nor password is in the database or in the audit log', async () => {
  const link = await linkFor();
  const secret = link.split('.')[1] ?? '';
  const person = newPerson(server);
  await person.submit(await person.open(link), { password });
  const account = await database.get({ TableName: tables.people, Key: { pk: `account#${sub}`, sk: 'account' } });
  for (const text of [JSON.stringify(account), server.auditLines.join('\n')]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(password);
  }
  expect(server.auditLines.at(-1)).toContain('"invitation"');
});
