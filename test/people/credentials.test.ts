import { createHook } from 'node:async_hooks';
import { pbkdf2Sync } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword, isOwnHash } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { signInLimits } from '../../shared/people/sign-in-limits.ts';
import { spa } from '../support/clients.ts';
import { obtainTokens, userinfo } from '../support/lifecycle.ts';
import { formTokenOf, newPerson, type Page } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { countFailures } from '../support/throttle.ts';

/** How often a password was hashed, as the runtime itself tells. */
const work = { argon2: 0 };
const watched = createHook({
  init: (_, type) => {
    if (type === 'ARGON2REQUEST') work.argon2 += 1;
  },
}).enable();
afterAll(() => watched.disable());

const password = 'correct horse battery staple';
const server = await startTestServer({
  clients: [spa],
  accounts: [
    { username: 'known', email: 'known@example.com', password },
    { username: 'shut', password, disabled: true },
    { username: 'invited' },
  ],
});
const accounts = accountStore(openDatabase(), tables.people);

/** A window of the throttles of its own for every test. */
beforeEach(() => {
  server.clock.advance(3_600);
  work.argon2 = 0;
});

async function add(username: string, passwordHash: string): Promise<string> {
  const added = await accounts.add({ username, claims: {}, passwordHash }, server.clock.now());
  if (!added.ok) throw new Error(added.refusal.reason);
  return added.value.sub;
}

async function attempt(username: string, typed: string): Promise<Page> {
  const person = newPerson(server);
  return person.submit(await person.open('/sign-in'), { username, password: typed });
}

const isSignedIn = ({ status }: Page) => status === 200;

/** Everything that an answer tells, but for what is different every time. */
function told(page: Page, username: string) {
  const { 'x-request-id': _, 'apigw-requestid': __, date: ___, 'content-length': ____, ...headers } = page.headers;
  return {
    status: page.status,
    headers,
    body: page.body
      .replaceAll(username, 'NAME')
      .replaceAll(formTokenOf(page), 'TOKEN')
      .replace(/&quot;challenge&quot;:&quot;[\w-]+/, 'CHALLENGE'),
  };
}

const bcrypt = hashSync(password, 4);

describe('somebody who must not come in', () => {
  let wrong: { page: Page; hashed: number };

  beforeAll(async () => {
    work.argon2 = 0;
    wrong = { page: await attempt('known', 'wrong'), hashed: work.argon2 };
  });

  test.each([
    ['is unknown', 'unknown', password],
    ['has no password yet', 'invited', password],
    ['is disabled, with the right password', 'shut', password],
    ['is disabled, with a wrong one', 'shut', 'wrong'],
    ['has a hash of another server', 'imported', 'wrong'],
    ['has a name that nobody can have', 'x'.repeat(255), password],
    ['has a name that grows when it is compared', '\ufdfa'.repeat(200), password],
    ['sends no password', 'known', ''],
  ])('who %s gets the same bytes as for a wrong password, after the same work', async (_, username, typed) => {
    if (username === 'imported' && !(await accounts.findByUsername('imported'))) await add('imported', bcrypt);
    const refused = await attempt(username, typed);
    expect([wrong.hashed, work.argon2]).toEqual([1, 1]);
    expect(told(refused, `value="${username}"`)).toEqual(told(wrong.page, 'value="known"'));
    expect(refused.headers['set-cookie']?.some((cookie) => cookie.startsWith('pixy_session='))).toBeFalsy();
  });

  test('with a disabled account leaves no session, and the audit log does not tell why', async () => {
    await attempt('shut', password);
    expect(server.auditLines.at(-1)).toContain('credentials_wrong');
    expect(server.auditLines.join('\n')).not.toContain('shut');
  });
});

test('somebody signs in with the username or with the email address, in any case', async () => {
  for (const name of ['known', 'KNOWN', 'known@example.com', ' Known@Example.COM ']) {
    expect(isSignedIn(await attempt(name, password))).toBe(true);
  }
});

describe('a hash of another server', () => {
  test('signs somebody in and becomes one of ours; the next sign-in does not change it', async () => {
    const sub = await add('moved', bcrypt);
    expect(isSignedIn(await attempt('moved', password))).toBe(true);
    const upgraded = (await accounts.findBySubject(sub))?.passwordHash ?? '';
    expect(isOwnHash(upgraded)).toBe(true);
    expect(isSignedIn(await attempt('moved', password))).toBe(true);
    expect((await accounts.findBySubject(sub))?.passwordHash).toBe(upgraded);
    expect(isSignedIn(await attempt('moved', 'wrong'))).toBe(false);
  });

  test('stays as it is for a wrong password, and for a disabled account', async () => {
    const sub = await add('stays', bcrypt);
    await attempt('stays', 'wrong');
    await accounts.disable(sub, server.clock.now());
    await attempt('stays', password);
    expect((await accounts.findBySubject(sub))?.passwordHash).toBe(bcrypt);
  });

  test('of argon2id with other parameters than ours is made anew as well', async () => {
    const ours = await hashPassword(password);
    const slow = `pbkdf2_sha256$1000$s${'$'}${pbkdf2Sync(password, 's', 1_000, 32, 'sha256').toString('base64')}`;
    const sub = await add('django', slow);
    expect(isSignedIn(await attempt('django', password))).toBe(true);
    expect(isOwnHash((await accounts.findBySubject(sub))?.passwordHash ?? '')).toBe(true);
    expect(isOwnHash(ours.replace('m=19456', 'm=9728'))).toBe(false);
  });
});

describe('H32: guessing', () => {
  test('at one account ends, and is over after the window', async () => {
    await countFailures(server, Array<string>(signInLimits.account.attempts).fill('known'));
    expect((await attempt('known', password)).status).toBe(429);
    server.clock.advance(signInLimits.account.window);
    expect(isSignedIn(await attempt('known', password))).toBe(true);
  });

  test('with one password at many accounts ends, and no password is looked at any more', async () => {
    await countFailures(
      server,
      Array.from({ length: signInLimits.address.attempts }, (_, index) => `sprayed-${index}`),
    );
    expect((await attempt('known', password)).status).toBe(429);
    expect(work.argon2).toBe(0);
  });
});

test('an access token of somebody who is disabled tells nothing about them any more', async () => {
  const person = newPerson(server);
  await person.submit(await person.open('/sign-in'), { username: 'known', password });
  const { access_token } = await obtainTokens(server, person, spa);
  expect((await userinfo(server, access_token)).status).toBe(200);
  const { sub = '' } = (await accounts.findByUsername('known')) ?? {};
  await accounts.disable(sub, server.clock.now());
  expect((await userinfo(server, access_token)).status).toBe(401);
  await accounts.enable(sub);
});
