import { describe, expect, test } from 'vitest';
import { accountStore } from '../../shared/people/account-store.ts';
import type { ConsentNeed } from '../../shared/people/consent.ts';
import { consentStore } from '../../shared/people/consent-store.ts';
import { listedIdOf, type SessionStart, sessionStore } from '../../shared/people/session-store.ts';
import { signInLimits } from '../../shared/people/sign-in-limits.ts';
import { signedInStore } from '../../shared/people/signed-in-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { rounds } from '../support/rounds.ts';
import { freshTables } from './store.ts';

const now = 1_700_000_000;

const { database, tables } = await freshTables();
const table = tables.people;
const accounts = accountStore(database, table);
const sessions = sessionStore(database, table);
const signedIn = signedInStore(database, table);
const consents = consentStore(database, table);
const throttle = throttleStore(database, table);

test('an account is found by its username whatever the case', async () => {
  const put = await accounts.put({ username: 'Ada', claims: { name: 'Ada L.' } });
  expect(await accounts.findByUsername(' ADA ')).toEqual(put);
});

test('an account keeps its subject when it gets a new password', async () => {
  const first = await accounts.put({ username: 'grace', password: 'one', claims: {} });
  const second = await accounts.put({ username: 'grace', password: 'two', claims: {} });
  expect(second.sub).toBe(first.sub);
  expect(second.passwordHash).not.toBe(first.passwordHash);
});

test('two who claim a username at once get the same subject', async () => {
  const both = await Promise.all(['one', 'two'].map((name) => accounts.put({ username: 'raced', claims: { name } })));
  expect(new Set(both.map(({ sub }) => sub)).size).toBe(1);
});

const start = (sub: string, changes: Partial<SessionStart> = {}) =>
  sessions.start({ sub, epoch: 7, amr: ['pwd'], now, lifetime: 100, ...changes });

describe('a session', () => {
  test('is found by its id until it expires, and not after (H1)', async () => {
    const id = await start('somebody', { userAgent: 'a browser' });
    expect(await sessions.find(id, now + 99)).toEqual({
      sub: 'somebody',
      epoch: 7,
      authTime: now,
      amr: ['pwd'],
      idleUntil: now + 100,
      expiresAt: now + 100,
      idleLifetime: 100,
      userAgent: 'a browser',
    });
    expect(await sessions.find(id, now + 100)).toBeUndefined();
  });

  test('is kept under a hash: nothing in the table is the secret of the cookie (H7)', async () => {
    const id = await start('hashed');
    const kept = await database.query({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'sessions#hashed' },
    });
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toContain(id.split('.')[1]);
  });

  test.each([
    '',
    'x',
    '.',
    'c29tZWJvZHk.',
    'c29tZWJvZHk',
    `c29tZWJvZHk.${'A'.repeat(43)}`,
    `${'A'.repeat(400)}.${'A'.repeat(43)}`,
  ])('is not found by a made-up cookie: %s', async (id) => {
    expect(await sessions.find(id, now)).toBeUndefined();
    const wanted = { sessionId: id, clientId: 'app', now };
    expect(await signedIn.find(wanted)).toBeUndefined();
    expect(await signedIn.findForCode(wanted)).toBeUndefined();
    await sessions.end(id);
  });

  test('of one person is not found under the name of another', async () => {
    const secret = (await start('mallory')).split('.')[1];
    expect(await sessions.find(`${Buffer.from('ada').toString('base64url')}.${secret}`, now)).toBeUndefined();
  });

  test('that is ended is gone', async () => {
    const id = await start('somebody');
    await sessions.end(id);
    expect(await sessions.find(id, now)).toBeUndefined();
  });

  test('that nobody uses is over when its idle time is', async () => {
    const id = await start('idle', { idleLifetime: 10 });
    expect(await sessions.find(id, now + 9)).toBeDefined();
    expect(await sessions.find(id, now + 10)).toBeUndefined();
  });

  test('that is used stays, but never beyond its end', async () => {
    const id = await start('busy', { idleLifetime: 40 });
    for (const at of [now + 30, now + 60, now + 90]) {
      const session = await sessions.find(id, at);
      if (!session) throw new Error(`gone at ${at}`);
      await sessions.keepAlive(id, session, at);
    }
    expect((await sessions.find(id, now + 99))?.idleUntil).toBe(now + 100);
    expect(await sessions.find(id, now + 100)).toBeUndefined();
  });

  test('that ended while it was used stays ended', async () => {
    const id = await start('gone', { idleLifetime: 40 });
    const session = await sessions.find(id, now);
    if (!session) throw new Error('gone');
    await sessions.end(id);
    await sessions.keepAlive(id, session, now + 30);
    expect(await sessions.list('gone', now + 30)).toEqual([]);
  });

  test('is listed for its person, can be ended from the list, and all of them at once', async () => {
    const [first, second] = [await start('lister'), await start('lister', { lifetime: 50 })];
    expect((await sessions.list('lister', now)).map(({ id }) => id).toSorted()).toEqual(
      [first, second].map(listedIdOf).toSorted(),
    );
    expect(await sessions.list('lister', now + 60)).toHaveLength(1);
    await sessions.endListed('lister', listedIdOf(first));
    expect(await sessions.find(first, now)).toBeUndefined();
    expect(await sessions.endAll('lister', now)).toBe(1);
    expect(await sessions.find(second, now)).toBeUndefined();
  });
});

describe('a consent', () => {
  const need = { scope: ['openid'], resources: [], claims: [] };
  const allow = (sub: string, what: ConsentNeed, requestHash: string, clientEpoch = 0) =>
    consents.allow(sub, 'app', { need: what, requestHash, clientEpoch, now });

  test('comes with the session in one call', async () => {
    const { sub, epoch } = await accounts.put({ username: 'consenter', claims: {} });
    const id = await start(sub, { epoch });
    await allow(sub, need, 'hash');
    const find = (clientId: string, withConsent = true) => signedIn.find({ sessionId: id, clientId, withConsent, now });
    const found = await find('app');
    expect(found?.session.sub).toBe(sub);
    expect(found?.consent).toEqual({
      ...need,
      grantedAt: now,
      clientEpoch: 0,
      request: { hash: 'hash', until: now + 300 },
    });
    expect((await find('app', false))?.consent).toBeUndefined();
    expect((await find('another'))?.consent).toBeUndefined();
  });

  test('TB8: counts only under the epoch of the client that it was given under', async () => {
    const { sub, epoch } = await accounts.put({ username: 'withdrawer', claims: {} });
    const sessionId = await start(sub, { epoch });
    const found = async () =>
      (await signedIn.find({ sessionId, clientId: 'app', withConsent: true, now }))?.consent?.scope;
    await allow(sub, { ...need, scope: ['openid', 'email'] }, 'one');
    await accounts.takeBackFrom(sub, 'app');
    expect(await found()).toBeUndefined();
    // Sent before it was taken back, written after.
    await allow(sub, need, 'two');
    expect(await found()).toBeUndefined();
    await allow(sub, need, 'three', 1);
    expect(await found()).toEqual(['openid']);
    await allow(sub, { ...need, scope: ['email'] }, 'four', 0);
    expect(await found()).toEqual(['openid']);
  });

  test('TB8: of several that take the place of one that was taken back keeps what each allows', async () => {
    const scopes = ['address', 'email', 'phone'];
    await allow('returner', { scope: ['old'], resources: ['urn:old'], claims: ['old'] }, 'one');
    await Promise.all(scopes.map((value) => allow('returner', { ...need, scope: [value] }, value, 1)));
    expect(await consents.find('returner', 'app')).toMatchObject({ scope: scopes, resources: [], claims: [] });
  });

  test('RA3: has the details that were allowed last, until the consent is taken back', async () => {
    const detailsOf = async () => (await consents.find('payer', 'app'))?.detailsHash;
    await allow('payer', { ...need, detailsHash: 'first' }, 'one');
    await allow('payer', { ...need, detailsHash: 'second' }, 'two');
    await allow('payer', need, 'three');
    expect(await detailsOf()).toBe('second');
    await allow('payer', need, 'four', 1);
    expect(await detailsOf()).toBeUndefined();
    await allow('payer', { ...need, detailsHash: 'third' }, 'five', 2);
    expect(await detailsOf()).toBe('third');
  });

  test('to a client takes the place of one to another that had the id, and of one of the version before', async () => {
    const allowTo = (clientSince: string | undefined, value: string, documentHash?: string) =>
      consents.allow('shopper', 'app', {
        need: { ...need, scope: [value] },
        requestHash: value,
        clientEpoch: 0,
        clientSince,
        documentHash,
        now,
      });
    const found = async () => {
      const { scope, clientSince } = (await consents.find('shopper', 'app')) ?? {};
      return { scope, clientSince };
    };
    await allowTo(undefined, 'old');
    await allowTo('1-a', 'address');
    expect(await found()).toEqual({ scope: ['address'], clientSince: '1-a' });
    await allowTo('1-a', 'email');
    expect(await found()).toEqual({ scope: ['address', 'email'], clientSince: '1-a' });
    await Promise.all(['email', 'phone'].map((value) => allowTo('1-b', value)));
    expect(await found()).toEqual({ scope: ['email', 'phone'], clientSince: '1-b' });
    await allowTo('1-b', 'address', 'a document');
    await allowTo('1-c', 'address', 'a document');
    await allowTo('1-c', 'email', 'a document');
    expect(await found()).toEqual({ scope: ['address', 'email'], clientSince: '1-c' });
    await allowTo(undefined, 'phone');
    expect(await found()).toEqual({ scope: ['phone'], clientSince: undefined });
  });

  test('adds to what was allowed before, and is gone when it is revoked', async () => {
    await allow('adder', need, 'one');
    await allow('adder', { scope: ['email'], resources: ['urn:api'], claims: ['x'] }, 'two');
    expect(await consents.list('adder')).toMatchObject([
      { clientId: 'app', scope: ['email', 'openid'], resources: ['urn:api'], claims: ['x'] },
    ]);
    await consents.revoke('adder', 'app');
    expect(await consents.list('adder')).toEqual([]);
  });

  test('of several at once keeps what each allows, in one write each', async () => {
    const scopes = ['email', 'phone', 'profile', 'address'];
    await Promise.all(scopes.map((value) => allow('hurried', { ...need, scope: [value] }, value)));
    expect((await consents.find('hurried', 'app'))?.scope).toEqual(scopes.toSorted());
  });

  test('H28: lets one request go on: its own, in time, and once however many try', async () => {
    await allow('racer', need, 'hash');
    expect(await consents.useRequest('racer', 'app', 'another', now)).toBe(false);
    expect(await consents.useRequest('racer', 'app', 'hash', now + 300)).toBe(false);
    const tries = await Promise.all(
      Array.from({ length: rounds(20, 200) }, () => consents.useRequest('racer', 'app', 'hash', now + 1)),
    );
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await consents.useRequest('nobody', 'app', 'hash', now)).toBe(false);
  });
});

test('H32: parallel guesses at one account are all counted', async () => {
  const guesses = signInLimits.account.attempts + 5;
  const attempts = await Promise.all(
    Array.from({ length: guesses }, (_, index) => throttle.countSignIn('victim', `10.0.0.${index}`, now)),
  );
  expect(attempts.filter(({ retryAfter }) => retryAfter === undefined)).toHaveLength(signInLimits.account.attempts);
});

test('H32: spraying many accounts from one address is stopped, and over when the window is', async () => {
  const spray = (index: number, at: number) => throttle.countSignIn(`account-${index}`, '10.1.1.1', at);
  for (let index = 0; index < signInLimits.address.attempts; index += 1) await spray(index, now);
  const stopped = await spray(1_000, now);
  expect(stopped.retryAfter).toBeGreaterThan(0);
  expect((await spray(1_001, now + (stopped.retryAfter ?? 0))).retryAfter).toBeUndefined();
});

test('H32: spraying from many addresses of one IPv6 network is stopped like that from one address', async () => {
  const spray = (index: number) =>
    throttle.countSignIn(`v6-account-${index}`, `2001:db8:7:7::${index.toString(16)}`, now);
  for (let index = 0; index < signInLimits.address.attempts; index += 1) await spray(index);
  expect((await spray(1_000)).retryAfter).toBeGreaterThan(0);
  expect((await throttle.countSignIn('v6-neighbour', '2001:db8:7:8::1', now)).retryAfter).toBeUndefined();
});

describe('S9: an address that is refused keeps nobody else out', () => {
  test('its attempts to sign in count for no name', async () => {
    const from = '10.3.3.3';
    for (let index = 0; index < signInLimits.address.attempts; index += 1) {
      await throttle.countSignIn(`sprayed-${index}`, from, now);
    }
    for (let index = 0; index < signInLimits.account.attempts; index += 1) {
      expect((await throttle.countSignIn('bystander', from, now)).retryAfter).toBeGreaterThan(0);
    }
    expect((await throttle.countSignIn('bystander', '10.4.4.4', now)).retryAfter).toBeUndefined();
  });

  test('its requests for mails count for no name', async () => {
    const from = '10.5.5.5';
    for (let index = 0; index < signInLimits.mailAddress.attempts; index += 1) {
      await throttle.countMailRequest('link', `mailed-${index}`, from, now);
    }
    for (let index = 0; index < signInLimits.mailName.attempts; index += 1) {
      expect((await throttle.countMailRequest('link', 'bystander', from, now)).retryAfter).toBeGreaterThan(0);
    }
    expect((await throttle.countMailRequest('link', 'bystander', '10.6.6.6', now)).retryAfter).toBeUndefined();
  });

  test('codes by mail that others ask for leave its owner the link for a new password', async () => {
    for (let index = 0; index < signInLimits.mailName.attempts * 2; index += 1) {
      await throttle.countMailRequest('code', 'coded', `10.7.7.${index}`, now);
    }
    expect((await throttle.countMailRequest('code', 'coded', '10.8.8.8', now)).retryAfter).toBeGreaterThan(0);
    expect((await throttle.countMailRequest('link', 'coded', '10.8.8.8', now)).retryAfter).toBeUndefined();
  });
});

test('an attempt that was taken back does not count', async () => {
  for (let index = 0; index < signInLimits.account.attempts * 2; index += 1) {
    const attempt = await throttle.countSignIn('regular', '10.2.2.2', now);
    expect(attempt.retryAfter).toBeUndefined();
    await attempt.takeBack();
  }
});
