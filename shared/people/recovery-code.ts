import { randomInt } from 'node:crypto';
import { hashSecret } from '../secret.ts';

/** Crockford's base 32, without I, L, O and U, which are easily misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const length = 16;
const count = 10;

/** Returns codes for people without their authenticator app: 80 random bits each, in groups of four. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: count }, () =>
    Array.from({ length }, (_, index) => `${index % 4 === 0 && index > 0 ? '-' : ''}${alphabet[randomInt(32)]}`).join(
      '',
    ),
  );

/**
 * Normalizes a typed code for comparison: removes blanks and hyphens, capitalizes, and maps lookalikes to 1 and 0. Returns
 * undefined for anything that cannot be a code.
 */
export function readRecoveryCode(typed: string): string | undefined {
  const code = typed.replace(/[\s-]/g, '').toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  return code.length === length && /^[0-9A-HJKMNP-TV-Z]*$/.test(code) ? code : undefined;
}

/** Returns the stored form of a code. Bound to the account, so that equal codes of two people look different. */
export const recoveryCodeHash = (sub: string, code: string): string =>
  hashSecret(`recovery code\n${sub}\n${code.replaceAll('-', '')}`);
