import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newSubject, parseAccountDescription, usernameKey } from '../../shared/people/account.ts';
import { nameAmong } from '../../shared/people/name-among.ts';

const ada = { username: 'ada', password: 'correct horse' };

describe('what the page of a consent calls somebody', () => {
  test.each([
    [{ name: 'Ada', preferred_username: 'ada', email: 'a@example.com' }, 'Ada (ada)'],
    [{ name: 'Ada', email: 'a@example.com' }, 'Ada (a@example.com)'],
    [{ name: 'ada', preferred_username: 'ada' }, 'ada'],
    [{ preferred_username: 'ada', email: 'a@example.com' }, 'ada'],
    [{ email: 'a@example.com' }, 'a@example.com'],
    [{ name: 5, email: { a: 1 } }, undefined],
  ])('%j: %s, so that two people with one name are told apart', (claims, called) => {
    expect(nameAmong(claims)).toBe(called);
  });
});

describe('a username is the same', () => {
  test.each([
    ['in any case', 'Ada.Lovelace@Example.com', 'ada.lovelace@EXAMPLE.COM'],
    ['with spaces around it', ' ada\t', 'ada'],
    ['however the keyboard composes letters', 'Ame\u0301lie', 'amélie'],
    ['in full-width letters', '\uff21\uff44\uff41', 'ada'],
    ['with a ligature', 'o\ufb03ce', 'office'],
    ['beyond ASCII in any case', 'ÅSA', 'åsa'],
  ])('%s', (_, one, other) => {
    expect(usernameKey(one)).toBe(usernameKey(other));
  });

  test('in any case, whatever letters of ASCII it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (username) => {
        expect(usernameKey(username.toUpperCase())).toBe(usernameKey(username.toLowerCase()));
      }),
    );
  });

  test.each([
    ['a space inside', 'ada lovelace', 'adalovelace'],
    ['an accent', 'amelie', 'amélie'],
    ['a Cyrillic letter', 'ad\u0430', 'ada'],
  ])('but not with %s', (_, one, other) => {
    expect(usernameKey(one)).not.toBe(usernameKey(other));
  });
});

describe('an account that is described', () => {
  test('shortly has no claims', () => {
    expect(parseAccountDescription(ada)).toEqual({ account: { ...ada, claims: {} } });
  });

  test('keeps its claims as they are', () => {
    const claims = { name: 'Ada Lovelace', email: 'ada@example.com', address: { country: 'GB' }, sub: 'ada-1' };
    expect(parseAccountDescription({ ...ada, claims })).toEqual({ account: { ...ada, claims } });
  });

  test('may have an email instead of a username, and no password yet', () => {
    const described = { email: 'ada@example.com', disabled: true };
    expect(parseAccountDescription(described)).toEqual({ account: { ...described, claims: {} } });
  });

  test('has its username trimmed and its password not', () => {
    expect(parseAccountDescription({ username: ' ada ', password: ' x ' })).toEqual({
      account: { username: 'ada', password: ' x ', claims: {} },
    });
  });

  test.each([
    ['1 character', 1, 1],
    ['as many as there may be', 200, 1_024],
  ])('may have a username and a password of %s', (_, username, password) => {
    expect(parseAccountDescription({ username: 'u'.repeat(username), password: 'p'.repeat(password) })).toHaveProperty(
      'account',
    );
  });
});

test.each([
  ['a username that grows when it is compared', { ...ada, username: '\ufdfa'.repeat(200) }, 'username', 'is too long when it is compared'],
  ['no object', null, 'entry', 'is not an object'],
  ['a text', 'ada', 'entry', 'is not an object'],
  ['neither username nor email', { password: 'x' }, 'username', 'is missing, and so is email'],
  ['an email that is none', { email: 'ada@example' }, 'email', 'is not an email address'],
  ['an email of 255 characters', { email: `ada@${'e'.repeat(246)}.test` }, 'email', 'is longer than 254 characters'],
  ['another email among the claims', { email: 'ada@example.com', claims: { email: 'a@example.com' } }, 'claims.email', 'is another address than email'],
  ['disabled that is neither true nor false', { ...ada, disabled: 'no' }, 'disabled', 'is not true or false'],
  ['a username with a character that cannot be seen', { ...ada, username: 'a\u202eda' }, 'username', 'has a character that cannot be seen'],
  ['a username that is no text', { ...ada, username: 7 }, 'username', 'is missing or not a text'],
  ['an empty username', { ...ada, username: '' }, 'username', 'is empty'],
  ['a username of spaces', { ...ada, username: '  ' }, 'username', 'is empty'],
  ['a username of 201 characters', { ...ada, username: 'u'.repeat(201) }, 'username', 'is longer than 200 characters'],
  ['a password that is no text', { ...ada, password: null }, 'password', 'is missing or not a text'],
  ['an empty password', { ...ada, password: '' }, 'password', 'is empty'],
  ['a password of 1,025 characters', { ...ada, password: 'p'.repeat(1_025) }, 'password', 'is longer than 1,024 characters'],
  ['claims that are no object', { ...ada, claims: 'x' }, 'claims', 'is not an object'],
  ['claims that are a list', { ...ada, claims: ['x'] }, 'claims', 'is not an object'],
  ['another member', { ...ada, passwd: 'x' }, 'passwd', 'is not a member of an account'],
  ['a subject that is no text', { ...ada, claims: { sub: 7 } }, 'claims.sub', 'is not 1 to 255 visible ASCII characters'],
  ['an empty subject', { ...ada, claims: { sub: '' } }, 'claims.sub', 'is not 1 to 255 visible ASCII characters'],
  ['a subject beyond ASCII', { ...ada, claims: { sub: 'é' } }, 'claims.sub', 'is not 1 to 255 visible ASCII characters'],
  ['a subject of 256 characters', { ...ada, claims: { sub: 's'.repeat(256) } }, 'claims.sub', 'is not 1 to 255 visible ASCII characters'],
])('%s is refused with the member it is in', (_, description, member, problem) => {
  expect(parseAccountDescription(description)).toEqual({ member, problem });
}); // biome-ignore format: a table, one row per line

describe('the subject of a new account', () => {
  test('is the one it was described with', () => {
    expect(newSubject({ sub: 'ada-1' })).toBe('ada-1');
  });

  test('is random otherwise, and of nobody else', () => {
    const subjects = Array.from({ length: 1_000 }, () => newSubject({ email: 'ada@example.com' }));
    expect(new Set(subjects).size).toBe(1_000);
    for (const subject of subjects) expect(subject).toMatch(/^[\x21-\x7e]{1,255}$/);
  });
});
