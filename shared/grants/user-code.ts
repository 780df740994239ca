import { randomInt } from 'node:crypto';

/*
 * What people read on one screen and type into another (RFC 8628 §6.1): nine of twenty consonants. Without vowels and digits they form
 * no words, and none looks like 0, 1 or another of them when it is written in capitals. 20^9 is 2^38.9.
 */

const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 9;
const shape = new RegExp(`^[${alphabet}]{${length}}$`);

/** Makes a user code, in the one form that is stored. */
export const newUserCode = (): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

/** Writes a user code for people: `BCD-FGH-JKL`. */
export const showUserCode = (userCode: string): string => userCode.match(/.{3}/g)?.join('-') ?? userCode;

/** Reads what somebody typed, in any case and with anything between the letters. Undefined for what cannot be a user code. */
export function parseUserCode(typed: string): string | undefined {
  const letters = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{P}]/gu, '');
  return shape.test(letters) ? letters : undefined;
}
