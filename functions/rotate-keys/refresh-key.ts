import { currentKey, planHandover, refreshHandoverTime } from '../../shared/keys/key-ring.ts';
import type { KeyStore, StoredNonceKey, StoredRefreshKey } from '../../shared/keys/key-store.ts';
import type { KeyWrapper } from '../../shared/keys/signing-key.ts';
import { randomBytes } from '../../shared/random-bytes.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** Makes a key that seals the refresh tokens of new grants from `signFrom` on. Times are in epoch seconds. */
export async function newRefreshKey(
  wrapper: KeyWrapper,
  now: number,
  signFrom: number,
  name = randomBytes(8).toString('hex'),
): Promise<StoredRefreshKey> {
  const kid = `refresh-${name}`;
  return { kid, wrapped: await wrapper.wrap(randomBytes(32), kid), createdAt: now, signFrom };
}

/** Makes the key of nonces. Its id begins so that a function may be allowed to decrypt it and nothing else. */
export async function newNonceKey(wrapper: KeyWrapper, now: number): Promise<StoredNonceKey> {
  const kid = 'nonce-first';
  return { kid, wrapped: await wrapper.wrap(randomBytes(32), kid), createdAt: now };
}

/** Replaces the key of refresh tokens in two minutes, when every function knows the new one. Does nothing while a new key is waiting. */
export async function handOverRefreshKey(
  store: KeyStore,
  wrapper: KeyWrapper,
  now: number,
): Promise<{ key: StoredRefreshKey; change: 'none' | 'make' }> {
  const signFrom = now + refreshHandoverTime;
  const { next } = planHandover(await store.listRefreshKeys(), now, signFrom);
  if (next !== undefined) return { key: next, change: 'none' };
  const key = await newRefreshKey(wrapper, now, signFrom);
  await store.addRefreshKey(key);
  return { key, change: 'make' };
}

/** Deletes a replaced key of refresh tokens. Its grants can no longer be refreshed. */
export async function retireRefreshKey(
  store: KeyStore,
  kid: string,
  now: number,
): Promise<Result<StoredRefreshKey, { reason: 'key_unknown' | 'key_in_use' }>> {
  const keys = await store.listRefreshKeys();
  const key = keys.find((one) => one.kid === kid);
  const current = currentKey(keys, now);
  if (key === undefined) return refuse({ reason: 'key_unknown' });
  if (current === undefined || key.signFrom >= current.signFrom) return refuse({ reason: 'key_in_use' });
  await store.removeRefreshKey(kid);
  return ok(key);
}
