import { Secret, TOTP } from 'otpauth';

/*
 * RFC 6238 with the parameters that every authenticator app supports: SHA-1, six digits, thirty seconds.
 */

const period = 30;
const shape = { algorithm: 'SHA1', digits: 6, period } as const;

/** Returns a secret of 160 bits, as RFC 4226 §4 R6 recommends. */
export const newTotpSecret = (): Uint8Array => new Secret({ size: 20 }).bytes;

/** Returns the secret in base32, for typing. */
export const totpSecretText = (secret: Uint8Array): string => secretOf(secret).base32;

/** Returns the URI for an authenticator app: `otpauth://totp/issuer:account?secret=…`. */
export const totpUri = (secret: Uint8Array, issuer: string, account: string): `otpauth://${string}` =>
  new TOTP({ ...shape, secret: secretOf(secret), issuer, label: account }).toString() as `otpauth://${string}`;

/** Reads six digits, ignoring the blanks that apps show in between. Returns undefined for anything else. */
export const readTotpCode = (typed: string): string | undefined => {
  const code = typed.replace(/\s/g, '');
  return /^\d{6}$/.test(code) ? code : undefined;
};

/**
 * Returns the time step of a code, allowing one step before and after the present one, or undefined (RFC 6238 §5.2). The store
 * must make sure that each step is used once. `now` is in epoch seconds.
 */
export function matchTotpCode(secret: Uint8Array, code: string, now: number): number | undefined {
  const delta = TOTP.validate({ ...shape, secret: secretOf(secret), token: code, timestamp: now * 1_000, window: 1 });
  return delta === null ? undefined : Math.floor(now / period) + delta;
}

const secretOf = (bytes: Uint8Array): Secret => new Secret({ buffer: new Uint8Array(bytes).buffer });
