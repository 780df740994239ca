import { currentKey, planHandover } from '../../shared/keys/key-ring.ts';
import type { KeyStore } from '../../shared/keys/key-store.ts';
import type { KeyCustody, SigningAlgorithm, StoredKey } from '../../shared/keys/signing-key.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** A key that signs from a moment on (epoch seconds), and what was done for it: made, brought forward, or nothing. */
export type Handover = { key: StoredKey; before: StoredKey | undefined; change: 'none' | 'forward' | 'make' };

/** Rotates one algorithm out of turn: its next key signs from `signFrom` on (or earlier, if it would anyway). */
export async function handOver(
  store: KeyStore,
  custody: KeyCustody,
  algorithm: SigningAlgorithm,
  now: number,
  signFrom: number,
): Promise<Handover> {
  const keys = (await store.list()).filter((key) => key.algorithm === algorithm && key.withdrawnAt === undefined);
  const { next, change } = planHandover(keys, now, signFrom);
  if (next !== undefined) {
    if (change === 'none') return { key: next, before: next, change };
    const forward = { ...next, signFrom };
    if (await store.replace(forward)) return { key: forward, before: next, change };
  }
  const made = await custody.generate(algorithm, signFrom, store);
  await store.put(made);
  return { key: made, before: undefined, change: 'make' };
}

export type RetireRefusal = { reason: 'key_unknown' };

/**
 * Deletes a key at once: its tokens verify nowhere from then on. If it is the one that signs, another one signs before it goes: the
 * next key, else a new one; never an older key, which was replaced for a reason.
 */
export async function retireKey(
  store: KeyStore,
  custody: KeyCustody,
  kid: string,
  now: number,
): Promise<Result<{ retired: StoredKey; successor: Handover | undefined }, RetireRefusal>> {
  const stored = await store.list();
  const retired = stored.find((key) => key.kid === kid);
  if (retired === undefined) return refuse({ reason: 'key_unknown' });
  const ring = stored.filter((key) => key.algorithm === retired.algorithm && key.withdrawnAt === undefined);
  const isNeeded = retired.withdrawnAt === undefined && currentKey(ring, now) === retired;
  const successor = isNeeded ? await handOver(store, custody, retired.algorithm, now, now) : undefined;
  await store.remove(kid);
  await custody.destroy(retired);
  return ok({ retired, successor });
}
