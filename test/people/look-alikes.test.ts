import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { NameOfAnother } from '../../shared/people/name-store.ts';
import { signInLimits } from '../../shared/people/sign-in-limits.ts';
import { newPerson } from '../support/person.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

/* Somebody wants the name that the address of somebody else is compared as. */

const server = await startTestServer({ accounts: [ada], environment: { PIXY_REGISTRATION: 'on' } });
const accounts = accountStore(openDatabase(), tables.people);
const password = 'quiet orange river';
const now = () => server.clock.now();

beforeEach(() => server.clock.advance(signInLimits.registration.window));

async function register(fields: Record<string, string>) {
  const person = newPerson(server);
  const page = await person.open('/register');
  return person.submit(page, { username: 'newcomer', email: 'newcomer@example.com', password, ...fields });
}

async function signIn(username: string) {
  const person = newPerson(server);
  await person.submit(await person.open('/sign-in'), { username, password });
  return person.cookies.has('pixy_session');
}

describe('S3: somebody who registers', () => {
  test.each([
    ['a wide @', 'victim\uff20example.com'],
    ['a small @', 'victim\ufe6bexample.com'],
    [
      'wide letters all through',
      '\uff56\uff49\uff43\uff54\uff49\uff4d\uff20\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d',
    ],
    ['a wide space', 'two\u3000words'],
    ['a ligature', 'o\ufb03cial'],
    ['an emoji', 'ada\u{1f600}'],
  ])('cannot have %s in their username, and is told what may be in it', async (_, username) => {
    const refused = await register({ username });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('letters, digits and characters such as . and -, but no spaces and no @');
    expect(await accounts.isTaken(username)).toBe(false);
    expect(await accounts.isTaken('victim@example.com')).toBe(false);
  });

  test('nor a wide letter in their address', async () => {
    expect((await register({ username: 'addressed', email: 'a@\uff45xample.com' })).status).toBe(400);
    expect(await accounts.isTaken('addressed')).toBe(false);
  });

  test('in wide letters has their username in the usual ones', async () => {
    expect((await register({ username: '\uff37ide' })).status).toBe(303);
    expect((await accounts.findByUsername('wide'))?.username).toBe('Wide');
  });
});

describe('S3: an account from before, whose username is compared as an address', () => {
  const username = 'early\uff20example.com';
  const address = 'early@example.com';

  test('still signs in by it, and is not found by the address', async () => {
    const added = await accounts.add({ username, claims: {}, passwordHash: await hashPassword(password) }, now());
    expect(added.ok).toBe(true);
    expect(await signIn(username)).toBe(true);
    expect(await signIn(address)).toBe(false);
    expect(await accounts.findByUsername(address)).toBeUndefined();
    for (const written of [username, address]) expect(await accounts.findByAddress(written)).toBeUndefined();
    expect(await accounts.isTaken(address)).toBe(true);
  });

  test('does not become the account of the address, nor the other way', async () => {
    await expect(accounts.put({ email: address, claims: {} }, now())).rejects.toThrow(NameOfAnother);
    await accounts.add({ email: 'late@example.com', claims: {} }, now());
    await expect(accounts.put({ username: 'late@example.com', claims: {} }, now())).rejects.toThrow(NameOfAnother);
    expect((await accounts.put({ email: 'late@example.com', claims: { name: 'Late' } }, now())).claims).toMatchObject({
      name: 'Late',
    });
  });

  test('gives the address free when it gets another username', async () => {
    const early = await accounts.findByUsername(username);
    if (early === undefined) throw new Error('there is no such account');
    expect(await accounts.change(early, { username: 'early' }, now())).toMatchObject({ ok: true });
    expect(await accounts.add({ email: address, claims: {} }, now())).toMatchObject({ ok: true });
    expect((await accounts.findByAddress(address))?.email).toBe(address);
  });
});
