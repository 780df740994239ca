import { Secret, TOTP } from 'otpauth';

/*
 * RFC 6238 with what every authenticator app understands: SHA-1, six digits, thirty seconds.
 */

const period = 30;
const shape = { algorithm: 'SHA1', digits: 6, period } as const;

/** RFC 4226 §4 R6 recommends 160 bits. */
export const newTotpSecret = (): Uint8Array => new Secret({ size: 20 }).bytes;

/** Base32, for people who type it. */
export const totpSecretText = (secret: Uint8Array): string => secretOf(secret).base32;

/** What an authenticator app takes in: `otpauth://totp/issuer:account?secret=…`. */
export const totpUri = (secret: Uint8Array, issuer: string, account: string): `otpauth://${string}` =>
  new TOTP({ ...shape, secret: secretOf(secret), issuer, label: account }).toString() as `otpauth://${string}`;

/** Six digits, with the blanks that apps show in between. */
export const readTotpCode = (typed: string): string | undefined => {
  const code = typed.replace(/\s/g, '');
  return /^\d{6}$/.test(code) ? code : undefined;
};

/**
 * RFC 6238 §5.2: the time step that a code belongs to, one before and one after the present one included, or undefined. Each
 * step is good once, which is for the store to see to. `now` is in epoch seconds.
 */
export function matchTotpCode(secret: Uint8Array, code: string, now: number): number | undefined {
  const delta = TOTP.validate({ ...shape, secret: secretOf(secret), token: code, timestamp: now * 1_000, window: 1 });
  return delta === null ? undefined : Math.floor(now / period) + delta;
}

const secretOf = (bytes: Uint8Array): Secret => new Secret({ buffer: new Uint8Array(bytes).buffer });
