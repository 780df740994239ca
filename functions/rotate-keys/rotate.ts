import { planRotation, type RotationSettings } from '../../shared/keys/key-ring.ts';
import type { KeyStore } from '../../shared/keys/key-store.ts';
import { generateSigningKey, type KeyWrapper } from '../../shared/keys/signing-key.ts';

/** What a rotation did. */
export type RotationReport = { published?: { kid: string; signFrom: number }; retired: string[] };

/** Publishes the next key when it is time and deletes those that nobody needs. Running it again changes nothing. */
export async function rotateKeys(
  store: KeyStore,
  wrapper: KeyWrapper,
  settings: RotationSettings,
  now: number,
): Promise<RotationReport> {
  const plan = planRotation(await store.list(), now, settings);
  const report: RotationReport = { retired: [] };
  if (plan.signFrom !== undefined) {
    const key = await generateSigningKey(wrapper, plan.signFrom);
    await store.put(key);
    report.published = { kid: key.kid, signFrom: key.signFrom };
  }
  for (const { kid } of plan.retire) {
    await store.remove(kid);
    report.retired.push(kid);
  }
  return report;
}
