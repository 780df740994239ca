import { hash, timingSafeEqual } from 'node:crypto';
import { randomBytes } from './random-bytes.ts';

/** The stored form of a high-entropy secret: its SHA-256 in base64url. */
export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url');

/** Returns 256 random bits in base64url: 43 characters that need no escaping in a URL, a header or a cookie. */
export const generateSecret = (): string => randomBytes(32).toString('base64url');

/** Compares two texts of any lengths in constant time. */
export const equalInConstantTime = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
