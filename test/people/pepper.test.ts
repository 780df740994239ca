import { describe, expect, test } from 'vitest';
import { passwordScheme } from '../../cli/commands/accounts/present-account.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { type PepperWay, withPepper } from '../../shared/foreign-hashes/pepper.ts';
import { admitPasswordHash, verifyStoredPassword } from '../../shared/foreign-hashes/stored-password.ts';
import { isOwnHash } from '../../shared/password.ts';
import type { Account } from '../../shared/people/account.ts';
import { accountReader } from '../../shared/people/account-import.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { openPepper } from '../../shared/people/pepper.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { post } from './account-flows.ts';

const password = 'grünes Dach, 12 Ziegel';
const pepper = 'pepper of the shop';
const readPepper = () => Promise.resolve(pepper);

/* Devise 4.8.1 and Flask-Security 5.9.2 made their hashes themselves; the others are what bcrypt makes of such a text. */
const made: [string, PepperWay, string][] = [
  ['Devise', 'append', '$2a$04$ttcW8NFW6BiHXy6VxMjcsuCvQ/bru/MayFUCSjClshKVymmS5MwW.'],
  ['Flask-Security with argon2', 'hmac-sha512-base64', '$argon2id$v=19$m=65536,t=3,p=4$XMuZ01or5TxnjNEaY2zNOQ$CV5oqGpze8MrCpGeIXIgygseF/zKABgU97XA6moeepc'],
  ['Flask-Security with bcrypt', 'hmac-sha512-base64', '$2b$04$uYSyNVf0CVNEpt/fCr/v.uuYAJIbrjtRVo6u4uEuTSUhtCF95VeTG'],
  ['Flask-Security with PBKDF2', 'hmac-sha512-base64', '$pbkdf2-sha512$1000$6H3P2bt37h3DWIsRolRqDQ$8TT48nmMUcEJsgEiVj9zR1a.dqR5t8YJhipx5noBvm79H5eI4zdwUpmlEmrfUs4pQjK/vBPrzYq1Mu7Dp9o4fQ'],
  ['bcrypt', 'prepend', '$2b$04$JUyltVLLbnml9Kffy9ktdeH0ZrYgCBcwMpjST4Q9kUYC4BbTRQQSa'],
  ['bcrypt', 'hmac-sha256-hex', '$2b$04$.jgVaqLD4GSjASTfIffBtuh/x73f9s5mSHBSg0BqpV8WNQ04Yi1Li'],
]; // biome-ignore format: a table, one row per line

describe.each(made)('I11: a hash of %s with a pepper (%s)', (_, way, hash) => {
  const marked = withPepper(way, hash);
  test('is admitted, and named', () => {
    expect(admitPasswordHash(marked)).toEqual({ ok: true, value: marked });
    expect(passwordScheme({ passwordHash: marked } as Account)).toMatch(/^[a-z0-9]+, imported with a pepper$/);
  });
  test('is matched by its password with the pepper alone', async () => {
    expect(await verifyStoredPassword(password, marked, readPepper)).toBe(true);
    expect(await verifyStoredPassword(`${password}!`, marked, readPepper)).toBe(false);
    expect(await verifyStoredPassword(password, marked, async () => 'another')).toBe(false);
    expect(await verifyStoredPassword(password, hash, readPepper)).toBe(false);
  });
});

test.each([
  ['{pepper:stir}$2a$04$ttcW8NFW6BiHXy6VxMjcsuCvQ/bru/MayFUCSjClshKVymmS5MwW.', 'is not a hash of'],
  ['{pepper:constructor}$2a$04$ttcW8NFW6BiHXy6VxMjcsuCvQ/bru/MayFUCSjClshKVymmS5MwW.', 'is not a hash of'],
  ['{pepper:append}{pepper:append}$2a$04$ttcW8NFW6BiHXy6VxMjcsuCvQ/bru/MayFUCSjClshKVymmS5MwW.', 'is not a hash of'],
  ['{pepper:append}plain', 'is not a hash of'],
  ['{pepper:append}', 'is not a hash of'],
])('%s is refused', (hash, problem) => {
  expect(admitPasswordHash(hash)).toEqual({ ok: false, refusal: expect.stringContaining(problem) });
});

const devise = made[0]?.[2] ?? '';

/** The accounts of a JSON file that was made with a pepper. */
function parse(...entries: object[]) {
  const reader = accountReader('json', { pepper: 'append' });
  const [first, last] = [reader.push(JSON.stringify(entries)), reader.end()];
  if (!first.ok || !last.ok) throw new Error('the file was refused');
  return [...first.value.accounts, ...last.value.accounts].map(({ account }) => account);
}

test('an import marks the hashes of the file, but neither passwords nor hashes that are marked', () => {
  const marked = withPepper('prepend', made[4]?.[2] ?? '');
  expect(
    parse(
      { username: 'ada', password_hash: devise },
      { username: 'bob', password: 'quiet orange river' },
      { username: 'cy', password_hash: marked },
    ).map(({ passwordHash }) => passwordHash),
  ).toEqual([`{pepper:append}${devise}`, undefined, marked]);
});

const accounts = () => accountStore(openDatabase(), tables.people);
const addWith = async (username: string) => {
  const [account] = parse({ username, password_hash: devise });
  if (account) await accounts().add({ username, claims: {}, passwordHash: account.passwordHash }, 0);
};
const hashOf = async (username: string) => (await accounts().findByUsername(username))?.passwordHash ?? '';

describe('a server with the pepper', async () => {
  const server = await startTestServer({ clients: [], environment: { PIXY_PASSWORD_PEPPER: pepper } });
  const signIn = async (username: string, given: string) => {
    const person = newPerson(server);
    return person.submit(await person.open('/sign-in'), { username, password: given });
  };

  test('refuses a wrong password like any other, and keeps the hash', async () => {
    await addWith('amy');
    const [wrong, unknown] = [await signIn('amy', `${password}!`), await signIn('nobody', password)];
    expect([wrong.status, unknown.status]).toEqual([400, 400]);
    expect(await hashOf('amy')).toBe(`{pepper:append}${devise}`);
  });

  test('lets people in, and hashes their passwords without it', async () => {
    expect((await signIn('amy', password)).status).toBe(200);
    expect(isOwnHash(await hashOf('amy'))).toBe(true);
    expect(await verifyStoredPassword(password, await hashOf('amy'), () => Promise.reject(new Error('asked')))).toBe(
      true,
    );
    expect((await signIn('amy', password)).status).toBe(200);
  });

  test('knows them on the page where they change it', async () => {
    await addWith('bea');
    const person = await signedInPerson(server, { username: 'bea', password });
    const page = await person.open('/account/password');
    const fields = { current_password: password, password: 'several words in a row' };
    expect((await post(person, '/account/password', page, { ...fields, current_password: 'x' })).status).toBe(400);
    expect((await post(person, '/account/password', page, fields)).status).toBe(303);
  });
});

test('without a pepper such a hash lets nobody in, and the operator reads why', async () => {
  const none = openPepper(undefined, () => Promise.reject(new Error('asked')));
  await expect(verifyStoredPassword(password, withPepper('append', devise), none)).rejects.toThrow(
    'an imported password hash needs a pepper, and the server has none',
  );
});

test('the pepper is read once, and again after a failure', async () => {
  const answers = [() => Promise.reject(new Error('throttled')), readPepper];
  const asked: object[] = [];
  const read = openPepper({ parameter: '/shop/pepper' }, (place) => {
    asked.push(place);
    return (answers.shift() ?? readPepper)();
  });
  await expect(read()).rejects.toThrow('throttled');
  expect([await read(), await read()]).toEqual([pepper, pepper]);
  expect(asked).toEqual([{ parameter: '/shop/pepper' }, { parameter: '/shop/pepper' }]);
});
