import { beforeAll, expect, test } from 'vitest';
import { type AccountStore, accountStore } from '../../shared/people/account-store.ts';
import { type SessionStore, sessionStore } from '../../shared/people/session-store.ts';
import { signInLimits, type ThrottleStore, throttleStore } from '../../shared/people/throttle-store.ts';
import { freshTables } from './store.ts';

const now = 1_700_000_000;

let accounts: AccountStore;
let sessions: SessionStore;
let throttle: ThrottleStore;

beforeAll(async () => {
  const { database, tables } = await freshTables();
  accounts = accountStore(database, tables.people);
  sessions = sessionStore(database, tables.people);
  throttle = throttleStore(database, tables.people);
});

test('an account is found by its username whatever the case', async () => {
  const put = await accounts.put({ username: 'Ada', password: 'secret', claims: { name: 'Ada L.' } });
  expect(await accounts.findByUsername(' ADA ')).toEqual(put);
});

test('an account keeps its subject when it gets a new password', async () => {
  const first = await accounts.put({ username: 'grace', password: 'one', claims: {} });
  const second = await accounts.put({ username: 'grace', password: 'two', claims: {} });
  expect(second.sub).toBe(first.sub);
  expect(second.passwordHash).not.toBe(first.passwordHash);
});

test('two who claim a username at once get the same subject', async () => {
  const both = await Promise.all(
    ['one', 'two'].map((password) => accounts.put({ username: 'raced', password, claims: {} })),
  );
  expect(new Set(both.map(({ sub }) => sub)).size).toBe(1);
});

test('a session is found by its id until it expires, and not after (H1)', async () => {
  const id = await sessions.start('somebody', now, 100);
  expect(await sessions.find(id, now + 99)).toEqual({ sub: 'somebody', authTime: now, expiresAt: now + 100 });
  expect(await sessions.find(id, now + 100)).toBeUndefined();
});

test('an ended session is gone', async () => {
  const id = await sessions.start('somebody', now, 100);
  await sessions.end(id);
  expect(await sessions.find(id, now)).toBeUndefined();
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

test('an attempt that was taken back does not count', async () => {
  for (let index = 0; index < signInLimits.account.attempts * 2; index += 1) {
    const attempt = await throttle.countSignIn('regular', '10.2.2.2', now);
    expect(attempt.retryAfter).toBeUndefined();
    await attempt.takeBack();
  }
});
