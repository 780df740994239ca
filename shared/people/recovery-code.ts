import { randomInt } from 'node:crypto';
import { hashSecret } from '../secret.ts';

/** Crockford's base 32: no I, L, O and U, which are read as something else. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const length = 16;
const count = 10;

/** Codes for somebody without their authenticator app: 80 random bits each, in groups of four. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: count }, () =>
    Array.from({ length }, (_, index) => `${index % 4 === 0 && index > 0 ? '-' : ''}${alphabet[randomInt(32)]}`).join(
      '',
    ),
  );

/** What was typed as it is compared: without blanks and hyphens, in capitals, and with what is read as 1 or 0. Undefined for what can be no code. */
export function readRecoveryCode(typed: string): string | undefined {
  const code = typed.replace(/[\s-]/g, '').toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  return code.length === length && /^[0-9A-HJKMNP-TV-Z]*$/.test(code) ? code : undefined;
}

/** How a code is kept. Bound to the account, so that equal codes of two people do not look alike. */
export const recoveryCodeHash = (sub: string, code: string): string =>
  hashSecret(`recovery code\n${sub}\n${code.replaceAll('-', '')}`);
