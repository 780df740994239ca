import { planRotation, planWithdrawal, type RotationSettings, refreshKeySettings } from '../../shared/keys/key-ring.ts';
import type { KeyStore } from '../../shared/keys/key-store.ts';
import {
  type KeyCustody,
  type KeyWrapper,
  placeOf,
  type SigningAlgorithm,
  type StoredKey,
} from '../../shared/keys/signing-key.ts';
import { newNonceKey, newRefreshKey } from './refresh-key.ts';

/** What a rotation did. Times are epoch seconds. */
export type RotationReport = {
  published: { kid: string; algorithm: SigningAlgorithm; signFrom: number }[];
  retired: string[];
};

/**
 * For every algorithm in use: publishes the next key when it is time, or when the setting where private keys are kept has changed,
 * and deletes those that nobody needs. The keys of an algorithm that is no longer in use are deleted when the last token they signed has expired. Running it again changes nothing.
 */
export async function rotateKeys(
  store: KeyStore,
  custody: KeyCustody,
  algorithms: readonly SigningAlgorithm[],
  settings: RotationSettings,
  now: number,
): Promise<RotationReport> {
  const report: RotationReport = { published: [], retired: [] };
  const stored = await store.list();
  const retire = async (keys: readonly StoredKey[]) => {
    for (const key of keys) {
      await store.remove(key.kid);
      await custody.destroy(key);
      report.retired.push(key.kid);
    }
  };

  for (const algorithm of algorithms) {
    const found = stored.filter((key) => key.algorithm === algorithm);
    const keys = found.map((key) => ({ ...key, withdrawnAt: undefined }));
    for (const [index, key] of keys.entries()) if (found[index]?.withdrawnAt !== undefined) await store.replace(key);
    const plan = planRotation(keys, now, settings, (key) => placeOf(key) !== custody.place);
    if (plan.signFrom !== undefined) {
      const key = await custody.generate(algorithm, plan.signFrom, store);
      await store.put(key);
      report.published.push({ kid: key.kid, algorithm, signFrom: key.signFrom });
    }
    await retire(plan.retire);
  }

  const unused = stored.filter(({ algorithm }) => !algorithms.includes(algorithm));
  const plan = planWithdrawal(unused, now, settings);
  for (const key of plan.withdraw) await store.replace({ ...key, withdrawnAt: now });
  await retire(plan.retire);
  return report;
}

/**
 * Makes the first key of refresh tokens, one even when several first runs overlap, and deletes keys whose tokens have all ended.
 * Returns the ids of the deleted keys.
 */
export async function tendRefreshKeys(store: KeyStore, wrapper: KeyWrapper, now: number): Promise<string[]> {
  const { signFrom, retire } = planRotation(await store.listRefreshKeys(), now, refreshKeySettings);
  if (signFrom !== undefined) await store.addRefreshKey(await newRefreshKey(wrapper, now, signFrom, 'first'));
  for (const { kid } of retire) await store.removeRefreshKey(kid);
  return retire.map(({ kid }) => kid);
}

/** Makes the key of the nonces for DPoP proofs, one even when several first runs overlap. It is never replaced. */
export async function tendNonceKey(store: KeyStore, wrapper: KeyWrapper, now: number): Promise<void> {
  if ((await store.findNonceKey()) === undefined) await store.addNonceKey(await newNonceKey(wrapper, now));
}
