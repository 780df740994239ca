import { hkdfSync } from 'node:crypto';
import { hashSecret } from '../secret.ts';

/** Crockford's base 32, without I, L, O and U, which are easily misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 120 random bits: with at least 112, a plain hash is enough (OWASP ASVS 5.0, 6.5.2). */
const length = 24;
/** Codes of before have 80 bits. They work until their person makes new ones. */
const formerLength = 16;
const count = 10;

/**
 * Returns codes for people without their authenticator app, in groups of four: the same ones for the same form of the same session,
 * so that they can be shown again and are stored nowhere. Of the two, the secret of the session is what nobody else knows; `seed` is
 * of the form, and makes them new.
 */
export function deriveRecoveryCodes({ sessionId, seed }: { sessionId: string; seed: string }): string[] {
  const bytes = Buffer.from(hkdfSync('sha256', sessionId, seed, 'recovery codes', count * length));
  const letters = Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('');
  return Array.from({ length: count }, (_, index) => {
    const code = letters.slice(index * length, (index + 1) * length);
    return code.match(/.{4}/g)?.join('-') ?? '';
  });
}

/**
 * Normalizes a typed code for comparison: removes blanks and hyphens, capitalizes, and maps lookalikes to 1 and 0. Returns
 * undefined for anything that cannot be a code.
 */
export function readRecoveryCode(typed: string): string | undefined {
  const code = typed.replace(/[\s-]/g, '').toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  return [length, formerLength].includes(code.length) && /^[0-9A-HJKMNP-TV-Z]*$/.test(code) ? code : undefined;
}

/** Returns the stored form of a code. Bound to the account, so that equal codes of two people look different. */
export const recoveryCodeHash = (sub: string, code: string): string =>
  hashSecret(`recovery code\n${sub}\n${code.replaceAll('-', '')}`);
