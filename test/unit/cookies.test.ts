import { expect, test } from 'vitest';
import { cookieName, readCookies, setCookie } from '../../shared/http/cookies.ts';

const deployed = 'https://sign-in.example.com';
const local = 'http://localhost:3000';

test('H27 a cookie is bound to its host, sent over https only and out of reach of scripts', () => {
  expect(setCookie(deployed, 'session', 'x')).toBe('__Host-session=x; Path=/; HttpOnly; SameSite=Lax; Secure');
});

test('H27 on http://localhost it has neither prefix nor Secure, which browsers would refuse', () => {
  expect(setCookie(local, 'session', 'x')).toBe('session=x; Path=/; HttpOnly; SameSite=Lax');
});

test.each([0, 28_800])('a cookie may end after %i seconds', (maxAge) => {
  expect(setCookie(deployed, 'session', 'x', maxAge).split('; ')).toContain(`Max-Age=${maxAge}`);
});

test.each([deployed, local])('a cookie of %s is read under the name it was set with', (issuer) => {
  expect(setCookie(issuer, 'session', 'x')).toMatch(new RegExp(`^${cookieName(issuer, 'session')}=x;`));
});

const session = '__Host-session';

test.each([
  ['U+00A0', '\u00a0'],
  ['U+00A0 as Latin-1 reads its bytes', 'Â\u00a0'],
  ['U+1680', '\u1680'],
  ['U+2000', '\u2000'],
  ['U+2028', '\u2028'],
  ['U+202F', '\u202f'],
  ['U+3000', '\u3000'],
  ['U+FEFF', '\ufeff'],
  ['a vertical tab', '\v'],
  ['a form feed', '\f'],
  ['a carriage return', '\r'],
  ['a line feed', '\n'],
  ['a null', '\0'],
  ['a quotation mark', '"'],
])('S2: a name with %s is not ours, before it or after it', (_, character) => {
  const planted = [
    `${character}${session}=planted`,
    `${session}${character}=planted`,
    `${character} ${session}=planted`,
  ];
  for (const pair of planted) expect([...readCookies([pair])]).toEqual([]);
  expect(readCookies([...planted, `${session}=own`]).get(session)).toBe('own');
});

test('S2: of two cookies of one name none counts, and the others do', () => {
  const cookies = readCookies([`${session}=one`, 'form=f', ` ${session}=two`, `${session}=one`]);
  expect([...cookies]).toEqual([['form', 'f']]);
});

test('S2: spaces and tabs around name and value are not part of them', () => {
  expect([...readCookies([' \ta \t=\t b c \t', 'd=', 'e==x='])]).toEqual([
    ['a', 'b c'],
    ['d', ''],
    ['e', '=x='],
  ]);
});

test('reads a value with very many spaces inside of it at once', () => {
  const value = `b${' '.repeat(400_000)}c`;
  expect(readCookies([`a=${value}  `]).get('a') === value).toBe(true);
});

test('S2: what has no name or no equals sign is no cookie', () => {
  expect([...readCookies(['', '=value', session, ' ', ';'])]).toEqual([]);
});
