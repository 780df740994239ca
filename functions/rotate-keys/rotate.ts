import { randomBytes } from 'node:crypto';
import { planRotation, type RotationSettings } from '../../shared/keys/key-ring.ts';
import type { KeyStore } from '../../shared/keys/key-store.ts';
import type { KeyCustody, KeyWrapper, SigningAlgorithm } from '../../shared/keys/signing-key.ts';

/** What a rotation did. Times are epoch seconds. */
export type RotationReport = {
  published: { kid: string; algorithm: SigningAlgorithm; signFrom: number }[];
  retired: string[];
};

/**
 * For every algorithm in use: publishes the next key when it is time, and deletes those that nobody needs.
 * Running it again changes nothing. Keys of an algorithm that is no longer in use stay until their successors would retire them.
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
  for (const algorithm of algorithms) {
    const plan = planRotation(
      stored.filter((key) => key.algorithm === algorithm),
      now,
      settings,
    );
    if (plan.signFrom !== undefined) {
      const key = await custody.generate(algorithm, plan.signFrom);
      await store.put(key);
      report.published.push({ kid: key.kid, algorithm, signFrom: key.signFrom });
    }
    for (const key of plan.retire) {
      await store.remove(key.kid);
      await custody.destroy(key);
      report.retired.push(key.kid);
    }
  }
  return report;
}

/** Refresh tokens need one key; it is made once. */
export async function ensureRefreshKey(store: KeyStore, wrapper: KeyWrapper, now: number): Promise<void> {
  if ((await store.listRefreshKeys()).length > 0) return;
  const id = `refresh-${randomBytes(8).toString('hex')}`;
  await store.putRefreshKey({ id, wrapped: await wrapper.wrap(randomBytes(32), id), createdAt: now });
}
