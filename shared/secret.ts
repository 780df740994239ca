import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** How every secret of high entropy is stored: its SHA-256 in base64url. */
export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url');

/** 256 random bits in base64url: 43 characters that need no escaping in a URL, a header or a cookie. */
export const generateSecret = (): string => randomBytes(32).toString('base64url');

/** Compares two texts in constant time, whatever their lengths. */
export const equalInConstantTime = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
