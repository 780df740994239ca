import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBeginning } from '../../shared/counted-address.ts';
import { pollPace } from '../../shared/grants/poll-pace.ts';
import { newUserCode, parseUserCode, showUserCode } from '../../shared/grants/user-code.ts';
import { signInLimits } from '../../shared/people/sign-in-limits.ts';

const codes = Array.from({ length: 2_000 }, newUserCode);

test('DF3: all letters are used, evenly, and none looks like another or like a digit', () => {
  const letters = codes.join('');
  expect(new Set(letters).size).toBe(20);
  expect(letters).not.toMatch(/[^B-DF-HJ-NP-TV-XZ]/);
  for (const letter of new Set(letters)) expect(letters.split(letter).length - 1).toBeGreaterThan(700);
});

test('DF3: after the limit of tries, the chance of a right code is below 2^-32', () => {
  // A code lives in two windows at most.
  const { attempts, window } = signInLimits.userCode;
  expect(window).toBeGreaterThanOrEqual(600);
  expect(new Set(codes.map(({ length }) => length))).toEqual(new Set([9]));
  expect((2 * attempts) / 20 ** 9).toBeLessThan(2 ** -32);
});

test('DF3: a code is read however it is written', () => {
  const between = fc.array(fc.constantFrom(' ', '-', '.', '–', '\u00a0', '_', '/'), { maxLength: 3 });
  const spaced = fc
    .tuple(fc.constantFrom(...codes), fc.array(fc.tuple(fc.boolean(), between), { minLength: 9, maxLength: 9 }))
    .map(([code, ways]) => ({
      code,
      typed: ways
        .map(([isLower, gap], at) => (isLower ? code.charAt(at).toLowerCase() : code.charAt(at)) + gap.join(''))
        .join(''),
    }));
  fc.assert(fc.property(spaced, ({ code, typed }) => parseUserCode(typed) === code));
  for (const code of codes.slice(0, 10)) expect(parseUserCode(showUserCode(code))).toBe(code);
});

test('with several regions, the letter of one comes first, and only there', () => {
  for (const home of ['a', 'b', 'z']) {
    const code = newUserCode(home);
    expect(code).toMatch(new RegExp(`^${home}\\.[B-Z]{9}$`));
    expect(showUserCode(code)).toMatch(new RegExp(`^${home.toUpperCase()}(-[B-Z]{3}){3}$`));
    expect(parseUserCode(showUserCode(code).toLowerCase(), true)).toBe(code);
    expect(parseUserCode(showUserCode(code))).toBeUndefined();
  }
  expect(parseUserCode('bcd-fgh-jkl', true)).toBe('BCDFGHJKL');
});

test.each(['', 'BBB-BBB-BB', 'BBB-BBB-BBBB', 'AAA-AAA-AAA', 'BBB-BBB-BB1', 'ΒΒΒ-ΒΒΒ-ΒΒΒ', 'BBB-BBB-BBB&x=1'])(
  'DF3: what cannot be a code is none: %s',
  (typed) => {
    expect(parseUserCode(typed)).toBeUndefined();
  },
);

test('DF4: the beginning of an address tells the place and not the person', () => {
  const beginnings = ['203.0.113.7', '2001:db8:1:2:3:4:5:6', '::ffff:203.0.113.7', '2001:db8::1', '::1'].map(
    addressBeginning,
  );
  expect(beginnings).toEqual(['203.0', '2001:db8', '203.0', '2001:db8', '0:0']);
});

test('DF2: of many devices, the pace of the newest is remembered', () => {
  const pace = pollPace(2);
  for (const [at, id] of ['one', 'two', 'three'].entries()) pace.remember(id, at);
  expect(['one', 'two', 'three'].map((id) => pace.isTooSoon(id, 3))).toEqual([false, true, true]);
});
