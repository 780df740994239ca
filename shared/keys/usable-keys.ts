import type { JSONWebKeySet } from 'jose';

/** Characters of a modulus of 4096 bits, and of an exponent of 64. */
const longest = { n: 683, e: 11 };

/** The names of one algorithm: keys are for Ed25519 alone. RFC 9864 has the second one replace the first. */
export const edwards = ['EdDSA', 'Ed25519'] as const;
export const isEdwards = (algorithm: unknown): boolean => edwards.some((name) => name === algorithm);

/**
 * Drops keys that would only cost time, of which a set that strangers publish may have many: RSA moduli above 4096 bits, exponents above
 * 64, with which verifying takes as long as signing, and symmetric keys. A key for Ed25519 is for both names of that.
 */
export const usableKeys = ({ keys }: JSONWebKeySet): JSONWebKeySet => ({
  keys: keys
    .filter(({ kty, n, e }) => kty !== 'oct' && isShort(n, longest.n) && isShort(e, longest.e))
    .map(({ alg, ...key }) => (alg === undefined || isEdwards(alg) ? key : { ...key, alg })),
});

const isShort = (part: unknown, most: number): boolean =>
  part === undefined || (typeof part === 'string' && part.length <= most);
