import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import { readRecoveryCode } from './recovery-code.ts';
import type { Attempt } from './throttle-store.ts';
import { isTotpCurrent, matchTotpCode, readTotpCode } from './totp.ts';
import type { TotpStore } from './totp-store.ts';

/**
 * Verifies a code of the authenticator app, or a recovery code. Each is valid once, however many concurrent attempts use it.
 * `count` counts the attempt, before the code is checked. Refuses with `sign_in_throttled`, `second_factor_wrong` or
 * `second_factor_used`.
 */
export async function verifySecondFactor(
  { sub, typed }: { sub: string; typed: string },
  totps: Pick<TotpStore, 'find' | 'useStep' | 'noteOff' | 'useRecoveryCode'>,
  count: () => Promise<Attempt>,
  now: number,
): Promise<Result<void, Refusal>> {
  const attempt = await count();
  if (attempt.retryAfter !== undefined) return refuse({ reason: 'sign_in_throttled', retryAfter: attempt.retryAfter });
  const code = readTotpCode(typed);
  const refusal = code === undefined ? await useRecoveryCode(sub, typed, totps) : await useCode(sub, code, totps, now);
  if (refusal) return refuse(refusal);
  await attempt.takeBack();
  return ok(undefined);
}

async function useCode(
  sub: string,
  code: string,
  totps: Pick<TotpStore, 'find' | 'useStep' | 'noteOff'>,
  now: number,
): Promise<Refusal | undefined> {
  const totp = await totps.find(sub);
  const found = totp && matchTotpCode(totp.secret, code, now, totp.drift, totp.shape);
  if (totp === undefined || found === undefined) return { reason: 'second_factor_wrong' };
  if (found.step <= totp.lastStep) return { reason: 'second_factor_used' };
  if (!isTotpCurrent(found, totp)) {
    await totps.noteOff(sub, found);
    return { reason: 'second_factor_wrong' };
  }
  return (await totps.useStep(sub, found)) ? undefined : { reason: 'second_factor_used' };
}

async function useRecoveryCode(
  sub: string,
  typed: string,
  totps: Pick<TotpStore, 'useRecoveryCode'>,
): Promise<Refusal | undefined> {
  const code = readRecoveryCode(typed);
  const isUsed = code !== undefined && (await totps.useRecoveryCode(sub, code));
  return isUsed ? undefined : { reason: 'second_factor_wrong' };
}
