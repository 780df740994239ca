import { expect, test } from 'vitest';
import { cookieName, setCookie } from '../../shared/http/cookies.ts';

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
