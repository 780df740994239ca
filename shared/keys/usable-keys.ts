import type { JSONWebKeySet } from 'jose';

/** Characters of a modulus of 4096 bits, and of an exponent of 64. */
const longest = { n: 683, e: 11 };

/**
 * Drops keys that would only cost time, of which a set that strangers publish may have many: RSA moduli above 4096 bits, exponents above
 * 64, with which verifying takes as long as signing, and symmetric keys.
 */
export const usableKeys = ({ keys }: JSONWebKeySet): JSONWebKeySet => ({
  keys: keys.filter(({ kty, n, e }) => kty !== 'oct' && isShort(n, longest.n) && isShort(e, longest.e)),
});

const isShort = (part: unknown, most: number): boolean =>
  part === undefined || (typeof part === 'string' && part.length <= most);
