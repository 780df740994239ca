import { createHmac, randomInt } from 'node:crypto';
import { generateSecret, hashSecret } from '../secret.ts';

/*
 * Codes that somebody gets by mail and types into the browser in which they asked. Six digits alone are guessed soon, so a code is worth
 * something only together with the secret of that browser, for ten minutes, and for five tries.
 */

export const mailCodes = { lifetime: 600, tries: 5 } as const;

/** A code, the secret for the cookie of the browser, and what may be stored: neither of them. */
export type NewMailCode = { code: string; secret: string; key: string; hash: string };

export function newMailCode(): NewMailCode {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const secret = generateSecret();
  return { code, secret, key: hashSecret(secret), hash: mailCodeHash(secret, code) };
}

/** Without the secret, nobody finds the code of a hash by trying all of them. */
export const mailCodeHash = (secret: string, code: string): string =>
  createHmac('sha256', secret).update(`mail code\n${code}`).digest('base64url');

/** A code as people type it. Undefined for what is none. */
export const readMailCode = (typed: string): string | undefined => /^\d{6}$/.exec(typed.replaceAll(/[\s-]/g, ''))?.[0];
