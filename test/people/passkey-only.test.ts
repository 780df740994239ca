import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { spa } from '../support/clients.ts';
import { newPerson, startSession } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { acceptWithPasskey, account, act, addPasskey, credentialsOf, passkeyFormOf, post } from './account-flows.ts';
import { makeAuthenticator, type RequestOptions } from './authenticator.ts';

/* A deployment without passwords: PIXY_PASSWORDS=off. */

const server = await startTestServer({
  clients: [spa],
  accounts: [account('ann'), account('ben'), account('cem')],
  environment: { PIXY_PASSWORDS: 'off' },
});

/** Somebody with a session, in whatever way they got it. */
async function withSession(sub: string) {
  const person = newPerson(server);
  const amr = ['hwk', 'user', 'mfa'];
  const id = await startSession(sub, { amr, now: server.clock.now(), lifetime: 3_600 });
  person.cookies.set('pixy_session', id);
  return person;
}

test('the sign-in page offers the passkey, says what that takes, and has no field for a password', async () => {
  const { body } = await newPerson(server).follow(authorizeTarget(spa));
  expect(body).not.toContain('name="password"');
  expect(body).toContain('data-passkey=');
  expect(body).toContain('Choose how you want to sign in to continue to');
  expect(body).toContain('data-passkey-unavailable');
});

test('a password that is sent all the same is refused, and does not say whether it was right', async () => {
  const answers = await Promise.all(
    [credentialsOf('ann'), { ...credentialsOf('ann'), password: 'wrong' }].map(async (credentials) => {
      const person = newPerson(server);
      const { status, body, headers } = await person.submit(await person.open('/sign-in'), credentials);
      return { status, isShown: body.includes('Choose how you want to sign in.'), cookies: headers['set-cookie'] };
    }),
  );
  expect(answers).toEqual(Array(2).fill({ status: 400, isShown: true, cookies: undefined }));
  expect(server.auditLines.filter((line) => line.includes('passwords_off'))).toHaveLength(2);
});

test('a passkey signs in, the account says nothing of passwords, and the last passkey stays', async () => {
  const owner = await withSession('sub-of-ann');
  const authenticator = await addPasskey(server, owner);
  const person = newPerson(server);
  const page = await person.open('/sign-in');
  const { options, action } = passkeyFormOf<RequestOptions>(page);
  expect((await post(person, action, page, { credential: authenticator.get(options) })).status).toBe(200);

  const { body } = await person.open('/account');
  expect(body).not.toContain('/account/password');
  const [, id] =
    /name="action" value="remove_passkey">\s*<input type="hidden" name="id" value="([^"]*)"/.exec(body) ?? [];
  const refused = await act(person, { action: 'remove_passkey', id });
  expect([refused.status, refused.body.includes('This is your only way to sign in.')]).toEqual([400, true]);
  expect((await person.open('/account/password')).headers.location).toBe('/account');
});

/** A link for somebody, made the way an operator has it made. */
async function linkFor(sub: string, purpose: 'invitation' | 'reset'): Promise<string> {
  const { token, invitation } = newLink(sub, purpose, server.clock.now());
  await accountStore(openDatabase(), tables.people).invite(sub, invitation);
  return `/invitation?token=${token}`;
}

test('an invitation offers a passkey and nothing else, and says what to do without JavaScript', async () => {
  const link = await linkFor('sub-of-ben', 'invitation');
  const { body } = await newPerson(server).open(link);
  expect(body).not.toContain('name="password"');
  expect(body).toContain('<bdi>ben</bdi>');
  expect(body).toContain('Switch JavaScript on and load this page again');
  expect(body).not.toContain(link.split('=')[1]);
  const person = newPerson(server);
  expect((await acceptWithPasskey(person, link, makeAuthenticator(server.issuer))).status).toBe(303);
  expect((await person.open('/account')).status).toBe(200);
});

test('a password that is sent to an invitation all the same is refused, and the link still works', async () => {
  const link = await linkFor('sub-of-ben', 'invitation');
  const person = newPerson(server);
  const refused = await person.submit(await person.open(link), { password: 'quiet orange river' });
  expect([refused.status, refused.headers['set-cookie']]).toEqual([400, undefined]);
  expect(server.auditLines.at(-1)).toContain('passwords_off');
  expect((await person.open(link)).status).toBe(200);
});

test('a link for somebody who lost their way in makes a passkey, and ends every session before it', async () => {
  const before = await withSession('sub-of-cem');
  const person = newPerson(server);
  const link = await linkFor('sub-of-cem', 'reset');
  expect((await acceptWithPasskey(person, link, makeAuthenticator(server.issuer))).status).toBe(303);
  expect((await person.open('/account')).status).toBe(200);
  expect((await before.open('/account')).status).toBe(303);
});
