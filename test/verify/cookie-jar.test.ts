import { describe, expect, test } from 'vitest';
import { createCookieJar } from '../../cli/verify/cookie-jar.ts';

function jarWith(url: string, ...lines: string[]) {
  const jar = createCookieJar();
  jar.keep(url, new Headers(lines.map((line): [string, string] => ['set-cookie', line])));
  return jar;
}

describe('a cookie', () => {
  test('goes back to its host, and to no other', () => {
    const jar = jarWith('https://auth.example/', 'a=1; Path=/; Secure; HttpOnly', 'b=2; Path=/');
    expect(jar.header('https://auth.example/x')).toBe('a=1; b=2');
    expect(jar.header('https://sub.auth.example/')).toBeUndefined();
    expect(jar.header('https://other.example/')).toBeUndefined();
  });

  test('of a domain goes to its subdomains; of a foreign domain it is not kept', () => {
    const jar = jarWith('https://auth.example/', 'a=1; Domain=.example; Path=/', 'b=2; Domain=other.example');
    expect(jar.header('https://login.example/')).toBe('a=1');
    expect(jar.header('https://other.example/')).toBe('a=1');
    expect(jar.header('https://notexample/')).toBeUndefined();
  });

  test('of a path goes there and below; without one, where it was set', () => {
    const jar = jarWith('https://auth.example/realm/login', 'a=1; Path=/realm', 'b=2');
    expect(jar.header('https://auth.example/realm/x')).toBe('a=1; b=2');
    expect(jar.header('https://auth.example/realms')).toBeUndefined();
  });

  test.each(['a=; Max-Age=0', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])('%s takes it away', (line) => {
    const jar = jarWith('https://auth.example/', 'a=1', 'b=2', line);
    expect(jar.header('https://auth.example/')).toBe('b=2');
  });

  test('may hold = and be empty', () => {
    const jar = jarWith('https://auth.example/', 'a=b=c', 'd=');
    expect(jar.header('https://auth.example/')).toBe('a=b=c; d=');
  });
});

test('a Cookie header of a browser is taken apart, and its values are told', () => {
  const jar = createCookieJar();
  expect(jar.put('https://auth.example/authorize', 'sid=abc; theme=dark')).toEqual(['abc', 'dark']);
  expect(jar.header('https://auth.example/other')).toBe('sid=abc; theme=dark');
});
