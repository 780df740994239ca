import { Secret } from 'otpauth';
import type { Mistake } from '../../mistake.ts';
import { judgePlaceholder } from '../../oauth/placeholder.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { type TotpShape, totpAlgorithms, usualShape } from '../totp.ts';
import type { Json } from './account-entry.ts';

/** The key of an authenticator app that moves in, and how its codes are made. */
export type TotpKey = { secret: Uint8Array; shape: TotpShape };

/** Members of an account in our own form. The secret is base32; without the others, codes are those of every app. */
export const totpMembers = ['totp_secret', 'totp_algorithm', 'totp_digits', 'totp_period'] as const;

/** RFC 4226 §4 R6 asks for 128 bits, and many servers gave out 80. */
const shortest = 10;
const longest = 128;

/** Reads the key of an authenticator app; undefined when there is none. Refuses with every mistake, and quotes none of it. */
export function readTotpKey(members: Json): Result<TotpKey | undefined, readonly Mistake[]> {
  const given = members['totp_secret'];
  const [, ...others] = totpMembers;
  const algorithm = readAlgorithm(members['totp_algorithm']);
  const digits = readNumber(members['totp_digits'], usualShape.digits);
  const period = readNumber(members['totp_period'], usualShape.period);
  if (isAbsent(given)) {
    const lonely = others.filter((name) => !isAbsent(members[name]));
    const mistakes = lonely.map((member) => ({ member, problem: 'is given, and there is no totp_secret' }));
    return mistakes.length > 0 ? refuse(mistakes) : ok(undefined);
  }
  const secret = readSecret(given);
  const mistakes: Mistake[] = [
    ...(secret.ok ? [] : [{ member: 'totp_secret', problem: secret.refusal }]),
    ...(algorithm ? [] : [{ member: 'totp_algorithm', problem: `is not one of ${totpAlgorithms.join(', ')}` }]),
    ...(digits === 6 || digits === 8 ? [] : [{ member: 'totp_digits', problem: 'is not 6 or 8' }]),
    ...(period >= 15 && period <= 120 ? [] : [{ member: 'totp_period', problem: 'is not 15 to 120 seconds' }]),
  ];
  if (!secret.ok || !algorithm || (digits !== 6 && digits !== 8) || mistakes.length > 0) return refuse(mistakes);
  return ok({ secret: secret.value, shape: { algorithm, digits, period } });
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** Reads base32 as people and servers write it: in any case, with spaces and hyphens, with padding or without. */
function readSecret(given: unknown): Result<Uint8Array, string> {
  if (typeof given !== 'string') return refuse('is not a text');
  const problem = judgePlaceholder(given);
  if (problem !== undefined) return refuse(problem);
  const text = given.replaceAll(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  if (!/^[A-Z2-7]+$/.test(text)) return refuse('is not base32');
  const { bytes } = Secret.fromBase32(text);
  return bytes.length >= shortest && bytes.length <= longest
    ? ok(bytes)
    : refuse(`is not ${shortest} to ${longest} bytes long`);
}

/** `SHA256`, `sha-256` and Keycloak's `HmacSHA256` are the same. */
function readAlgorithm(given: unknown): TotpShape['algorithm'] | undefined {
  if (isAbsent(given)) return usualShape.algorithm;
  const name = String(given)
    .toUpperCase()
    .replace(/^HMAC/, '')
    .replaceAll(/[\s_-]/g, '');
  return totpAlgorithms.find((known) => known === name);
}

/** Reads a whole number, also one in a text; NaN for anything else. */
function readNumber(given: unknown, usual: number): number {
  if (isAbsent(given)) return usual;
  return /^\d{1,4}$/.test(String(given)) ? Number(given) : Number.NaN;
}

/** Returns a secret of raw bytes as base32. */
export const toBase32 = (bytes: Uint8Array): string => new Secret({ buffer: new Uint8Array(bytes).buffer }).base32;
