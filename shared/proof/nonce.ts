import { createHmac, type KeyObject } from 'node:crypto';

/** Seconds of one window. A nonce is good in its own window and the next, so for one to two minutes. */
const window = 60;

/**
 * The nonce of the window that `now` (epoch seconds) is in: 128 bits that every function makes alike from the key, and nobody else
 * foresees. It is stored nowhere (RFC 9449 §8, §9).
 */
export const nonceAt = (key: KeyObject, now: number): string =>
  createHmac('sha256', key)
    .update(`dpop nonce ${Math.floor(now / window)}`)
    .digest()
    .subarray(0, 16)
    .toString('base64url');

/** Whether a nonce is of this window or the one before. */
export const isFreshNonce = (key: KeyObject, nonce: unknown, now: number): boolean =>
  nonce === nonceAt(key, now) || nonce === nonceAt(key, now - window);
