import { randomInt } from 'node:crypto';
import { type Home, withHome } from '../home.ts';

/*
 * What people read on one screen and type into another (RFC 8628 §6.1): nine of twenty consonants. Without vowels and digits they form
 * no words, and none looks like 0, 1 or another of them when it is written in capitals. 20^9 is 2^38.9. With several regions, the
 * letter of the one where the device waits comes before them.
 */

const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 9;
const shape = new RegExp(`^([A-Z])?([${alphabet}]{${length}})$`);

/** Makes a user code, in the one form that is stored: nine letters, or `a.` and nine letters where `home` is a region of several. */
export const newUserCode = (home?: Home): string =>
  withHome(home, Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join(''));

/** Writes a user code for people: `BCD-FGH-JKL`, or `A-BCD-FGH-JKL`. */
export const showUserCode = (userCode: string): string =>
  userCode
    .toUpperCase()
    .match(/[A-Z](?=\.)|\w{3}/g)
    ?.join('-') ?? userCode;

/**
 * Reads what somebody typed, in any case and with anything between the letters. `namesHome`: with several regions, the letter of one may
 * come first. Undefined for what cannot be a user code.
 */
export function parseUserCode(typed: string, namesHome = false): string | undefined {
  const letters = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{P}]/gu, '');
  const [, home, made] = shape.exec(letters) ?? [];
  return home === undefined || namesHome ? made && withHome(home?.toLowerCase(), made) : undefined;
}
