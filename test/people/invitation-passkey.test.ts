import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword } from '../../shared/password.ts';
import type { LinkPurpose } from '../../shared/people/account.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { mostPasskeys } from '../../shared/people/passkey.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { spa } from '../support/clients.ts';
import { encodeFields, formType } from '../support/http.ts';
import { obtainTokens } from '../support/lifecycle.ts';
import { newPerson, type Page } from '../support/person.ts';
import { claimsOf } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { acceptWithPasskey, passkeyFormOf, post } from './account-flows.ts';
import { type CreationOptions, type Faults, makeAuthenticator, type RequestOptions } from './authenticator.ts';

const server = await startTestServer({ clients: [spa], accounts: [] });
const database = openDatabase();
const accounts = accountStore(database, tables.people);
const passkeys = passkeyStore(database, tables.people);
const sessions = sessionStore(database, tables.people);
const now = () => server.clock.now();
let sub: string;
let username: string;
let count = 0;

/** Every test invites somebody of its own. */
beforeEach(async () => {
  count += 1;
  username = `grace-${count}`;
  const added = await accounts.add({ username, claims: { name: 'Grace' } }, now());
  if (!added.ok) throw new Error(added.refusal.reason);
  sub = added.value.sub;
});

async function linkFor(purpose: LinkPurpose = 'invitation', lifetime?: number): Promise<string> {
  const { token, invitation } = newLink(sub, purpose, now(), lifetime);
  expect(await accounts.invite(sub, invitation)).toBeDefined();
  return `/invitation?token=${token}`;
}

const sessionIn = ({ headers }: Page) => headers['set-cookie']?.find((cookie) => cookie.startsWith('pixy_session='));
const newAuthenticator = () => makeAuthenticator(server.issuer);
const lastReason = () => JSON.parse(server.auditLines.at(-1) ?? '{}').reason as string | undefined;

/** Nothing came of an attempt: no passkey, no session, and the link can still be used or not. */
async function expectNothing(answer: Page, isLinkGood: boolean): Promise<void> {
  expect(sessionIn(answer)).toBeUndefined();
  expect(await passkeys.list(sub)).toEqual([]);
  expect(await sessions.list(sub, now())).toEqual([]);
  const { invitation } = (await accounts.findBySubject(sub)) ?? {};
  expect(invitation?.spentAt === undefined).toBe(isLinkGood);
}

/** Somebody at the page of a link, with what they would send for a passkey. */
async function atInvitation(link: string, faults: Faults = {}) {
  const person = newPerson(server);
  const page = await person.open(link);
  const { options, action } = passkeyFormOf<CreationOptions>(page);
  const credential = newAuthenticator().create(options, faults);
  return { person, page, credential, send: () => post(person, action, page, { credential }) };
}

async function signsIn(authenticator: ReturnType<typeof makeAuthenticator>): Promise<boolean> {
  const person = newPerson(server);
  const page = await person.open('/sign-in');
  const { options, action } = passkeyFormOf<RequestOptions>(page);
  return (await post(person, action, page, { credential: authenticator.get(options) })).status === 200;
}

describe('nothing is kept and the link still works after', () => {
  test.each<[string, Faults]>([
    ['an answer of another origin', { origin: 'https://evil.example' }],
    ['an answer for another RP ID', { rpId: 'evil.example' }],
    ['an answer without a verified person', { isUserVerified: false }],
    ['an answer that signs in', { type: 'webauthn.get' }],
    ['an answer of a page in a frame', { crossOrigin: true }],
  ])('%s', async (_, faults) => {
    const link = await linkFor();
    const answer = await (await atInvitation(link, faults)).send();
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('The passkey did not work.');
    expect(lastReason()).toBe('passkey_wrong');
    await expectNothing(answer, true);
    expect((await acceptWithPasskey(newPerson(server), link, newAuthenticator())).status).toBe(303);
  });

  test.each(['', '{}', 'null', '"x"'])('%j in the place of an answer', async (credential) => {
    const { person, page } = await atInvitation(await linkFor());
    await expectNothing(await post(person, page.target, page, { credential }), true);
  });

  test('an answer that was asked for in another browser', async () => {
    const link = await linkFor();
    const { credential } = await atInvitation(link);
    const thief = newPerson(server);
    const page = await thief.open(link);
    const answer = await post(thief, link, page, { credential });
    expect([answer.status, lastReason()]).toEqual([400, 'passkey_challenge_spent']);
    await expectNothing(answer, true);
  });

  test('an answer that was asked for with the link of somebody else', async () => {
    const link = await linkFor();
    const other = await accounts.add({ username: `${username}-other`, claims: {} }, now());
    const theirs = newLink(other.ok ? other.value.sub : '', 'invitation', now());
    await accounts.invite(other.ok ? other.value.sub : '', theirs.invitation);
    const { person, credential } = await atInvitation(`/invitation?token=${theirs.token}`);
    const answer = await post(person, link, await person.open(link), { credential });
    expect(lastReason()).toBe('passkey_challenge_spent');
    await expectNothing(answer, true);
  });

  test('a form without its token', async () => {
    const { person, page, credential } = await atInvitation(await linkFor());
    const body = encodeFields({ credential });
    const answer = await person.open(page.target, { method: 'POST', headers: formType, body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await expectNothing(answer, true);
  });
});

describe('a link that is not good any more says why', () => {
  test.each<[string, (link: string) => unknown, number, string]>([
    ['too old', () => server.clock.advance(100), 410, 'This invitation is no longer valid'],
    ['of a disabled account', () => accounts.disable(sub, now()), 404, 'We do not recognise this invitation'],
    [
      'used with a password',
      async () => accounts.setPassword(sub, await hashPassword('set meanwhile')),
      404,
      'We do not recognise this invitation',
    ],
    [
      'used with another passkey',
      (link) => acceptWithPasskey(newPerson(server), link, newAuthenticator()),
      410,
      'This invitation has already been used',
    ],
  ])('%s', async (_, happens, status, words) => {
    const link = await linkFor('invitation', 100);
    const { send } = await atInvitation(link);
    await happens(link);
    const before = (await passkeys.list(sub)).length;
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`<h1>${words}</h1>`);
    expect(sessionIn(answer)).toBeUndefined();
    expect(await passkeys.list(sub)).toHaveLength(before);
    expect((await newPerson(server).open(link)).body).not.toContain('data-passkey');
  });
});

test('the page asks for a passkey beside the password, made for this account with the person verified', async () => {
  const page = await newPerson(server).open(await linkFor());
  expect(page.body).toContain('autocomplete="new-password"');
  expect(passkeyFormOf<CreationOptions>(page).options).toMatchObject({
    rp: { id: 'localhost' },
    user: { name: username, displayName: 'Grace' },
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
});

test('somebody who was invited makes a passkey, is signed in, and signs in with it from then on', async () => {
  const person = newPerson(server);
  const authenticator = newAuthenticator();
  const made = await acceptWithPasskey(person, await linkFor(), authenticator, 'My key');
  expect([made.status, made.headers.location]).toEqual([303, '/invitation?done=invitation']);
  expect((await person.open('/invitation?done=invitation')).body).toContain('You are signed in');
  expect(await passkeys.list(sub)).toMatchObject([{ name: 'My key', credentialId: authenticator.credentialId }]);
  const { passwordHash, invitation } = (await accounts.findBySubject(sub)) ?? {};
  expect({ passwordHash, spentAt: invitation?.spentAt }).toEqual({ passwordHash: undefined, spentAt: now() });
  expect(await signsIn(authenticator)).toBe(true);
});

test('the session of an invitation tells clients that it began with a passkey', async () => {
  const person = newPerson(server);
  await acceptWithPasskey(person, await linkFor(), newAuthenticator());
  const tokens = await obtainTokens(server, person, spa, { acr_values: 'phr' });
  expect(claimsOf(tokens.id_token)).toMatchObject({ sub, amr: ['swk', 'user', 'mfa'], acr: 'phr' });
});

test('the link is used up: neither a password nor another passkey comes after it', async () => {
  const link = await linkFor();
  const late = newPerson(server);
  const page = await late.open(link);
  await acceptWithPasskey(newPerson(server), link, newAuthenticator());
  const answer = await late.submit(page, { password: 'quiet orange river' });
  expect(answer.status).toBe(410);
  expect((await accounts.findBySubject(sub))?.passwordHash).toBeUndefined();
  expect(await passkeys.list(sub)).toHaveLength(1);
});

test('of ten passkeys with one link at once, one is kept, and one session starts', async () => {
  const link = await linkFor();
  const people = await Promise.all(Array.from({ length: 10 }, () => atInvitation(link)));
  const answers = await Promise.all(people.map(({ send }) => send()));
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([303, ...Array(9).fill(410)]);
  const [kept, ...others] = await passkeys.list(sub);
  expect(others).toEqual([]);
  const winner = people[answers.findIndex(({ status }) => status === 303)];
  expect(JSON.parse(winner?.credential ?? '{}').id).toBe(kept?.credentialId);
  expect(await sessions.list(sub, now())).toHaveLength(1);
});

test('of five passwords and five passkeys with one link at once, one wins', async () => {
  const link = await linkFor();
  const people = await Promise.all(Array.from({ length: 10 }, () => atInvitation(link)));
  const answers = await Promise.all(
    people.map(({ person, page, send }, index) =>
      index % 2 === 0 ? send() : person.submit(page, { password: `password of number ${index}` }),
    ),
  );
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  const hasPassword = (await accounts.findBySubject(sub))?.passwordHash !== undefined;
  expect((await passkeys.list(sub)).length + (hasPassword ? 1 : 0)).toBe(1);
  expect(await sessions.list(sub, now())).toHaveLength(1);
});

test('of the same answer sent ten times at once, one wins', async () => {
  const { send } = await atInvitation(await linkFor());
  const answers = await Promise.all(Array.from({ length: 10 }, send));
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  expect(await passkeys.list(sub)).toHaveLength(1);
});

test('an account that has as many passkeys as it can have gets no session for one that is not kept', async () => {
  const kind = { counter: 0, transports: [], isSyncable: true, isBackedUp: true };
  const old = { ...kind, sub, epoch: 0, publicKey: new Uint8Array([1]) };
  for (let index = 0; index < mostPasskeys; index += 1) {
    await passkeys.add({ ...old, credentialId: `old-${index}`, name: `Old ${index}`, createdAt: now() });
  }
  const answer = await acceptWithPasskey(newPerson(server), await linkFor(), newAuthenticator());
  expect([answer.status, sessionIn(answer)]).toEqual([410, undefined]);
  expect(await passkeys.list(sub)).toHaveLength(mostPasskeys);
});

test('somebody who lost their password is offered no passkey, which would get past their second factor', async () => {
  await accounts.setPassword(sub, await hashPassword('the lost password'));
  const invitation = await atInvitation(await linkFor());
  const link = await linkFor('reset');
  const page = await invitation.person.open(link);
  expect(page.body).not.toContain('data-passkey');
  const answer = await post(invitation.person, link, page, { credential: invitation.credential });
  expect(answer.status).toBe(400);
  await expectNothing(answer, true);
});

test('neither the link nor the answer is in the audit log', async () => {
  const link = await linkFor();
  const { send, credential } = await atInvitation(link);
  expect((await send()).status).toBe(303);
  const log = server.auditLines.join('\n');
  expect(log).toContain('"invitation"');
  expect(log).not.toContain(link.split('.')[1] ?? '');
  expect(log).not.toContain(JSON.parse(credential).id);
});
