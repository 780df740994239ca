import { Secret, TOTP } from 'otpauth';

/*
 * RFC 6238. Keys that are made here have the parameters that every authenticator app supports; those of an import keep their own.
 */

export const totpAlgorithms = ['SHA1', 'SHA256', 'SHA512'] as const;

/** How the codes of a key are made. `period`: the seconds for which one is shown. */
export type TotpShape = { algorithm: (typeof totpAlgorithms)[number]; digits: 6 | 8; period: number };

export const usualShape: TotpShape = { algorithm: 'SHA1', digits: 6, period: 30 };

/** Returns a secret of 160 bits, as RFC 4226 §4 R6 recommends. */
export const newTotpSecret = (): Uint8Array => new Secret({ size: 20 }).bytes;

/** Returns the secret in base32, for typing. */
export const totpSecretText = (secret: Uint8Array): string => secretOf(secret).base32;

/** Returns the URI for an authenticator app: `otpauth://totp/issuer:account?secret=…`. */
export const totpUri = (secret: Uint8Array, issuer: string, account: string): `otpauth://${string}` =>
  new TOTP({ ...usualShape, secret: secretOf(secret), issuer, label: account }).toString() as `otpauth://${string}`;

/** Reads six or eight digits, ignoring the blanks that apps show in between. Returns undefined for anything else. */
export const readTotpCode = (typed: string): string | undefined => {
  const code = typed.replace(/\s/g, '');
  return /^\d{6}(?:\d{2})?$/.test(code) ? code : undefined;
};

/** A time step, and by how many steps it was off the present one. */
export type TotpStep = { step: number; drift: number };

/** The furthest that the clock of an app may be off, in steps: five minutes. */
const furthestOf = ({ period }: TotpShape): number => Math.floor(300 / period);

/**
 * Returns the time step of a code, of those up to five minutes before and after `now` (epoch seconds), or undefined. Of several, the
 * nearest to the one that the app is expected to show with this `drift`.
 */
export function matchTotpCode(
  secret: Uint8Array,
  code: string,
  now: number,
  drift = 0,
  shape = usualShape,
): TotpStep | undefined {
  const { period } = shape;
  const furthest = furthestOf(shape);
  const timestamp = (now + drift * period) * 1_000;
  const delta = TOTP.validate({ ...shape, secret: secretOf(secret), token: code, timestamp, window: 2 * furthest });
  if (delta === null || Math.abs(drift + delta) > furthest) return undefined;
  return { step: Math.floor(now / period) + drift + delta, drift: drift + delta };
}

/**
 * Whether a code of this step is good: a code lives for the seconds in which the app shows it (OWASP ASVS 5.0, 6.5.5). The clock
 * of the app may be off, by the remembered `drift` (RFC 6238 §6). A code that is off by something else is not good, but of two
 * different ones in a row that are off by the same, the second is: that tells a wrong clock from an old code. `off` is the one before.
 */
export const isTotpCurrent = (
  { step, drift }: TotpStep,
  { drift: remembered, off, shape = usualShape }: { drift: number; off?: TotpStep | undefined; shape?: TotpShape },
): boolean =>
  drift === remembered ||
  (off !== undefined && drift === off.drift && step > off.step && step - off.step <= furthestOf(shape));

const secretOf = (bytes: Uint8Array): Secret => new Secret({ buffer: new Uint8Array(bytes).buffer });
