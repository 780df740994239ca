import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { randomBytes } from '../random-bytes.ts';
import type { KeyStore } from './key-store.ts';
import type { KeyWrapper } from './signing-key.ts';

/*
 * The key behind pairwise subjects. There is one for the life of a deployment: with another, every client of a pairwise subject
 * would take every person for somebody new.
 */

/** What its ciphertext is bound to. */
export const pairwiseKeyName = 'pairwise-subjects';

/** Makes the key unless there is one. Of two made at once, only one is stored. */
export async function tendPairwiseKey(store: KeyStore, wrapper: KeyWrapper, now: number): Promise<void> {
  if ((await store.findPairwiseKey()) !== undefined) return;
  await store.addPairwiseKey({ wrapped: await wrapper.wrap(randomBytes(32), pairwiseKeyName), createdAt: now });
}

/** Returns the key, decrypted once. Throws when there is none yet; a failure is not remembered. */
export function pairwiseKey(store: KeyStore, wrapper: KeyWrapper): () => Promise<KeyObject> {
  let opening: Promise<KeyObject> | undefined;
  const open = async () => {
    const stored = await store.findPairwiseKey();
    if (stored === undefined)
      throw new Error('there is no key for pairwise subjects; the rotate-keys function makes it');
    return createSecretKey(await wrapper.unwrap(stored.wrapped, pairwiseKeyName));
  };
  return () => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}

/** OpenID Connect Core §8.1: cannot be reversed, and tells nothing about the subject in another sector. A sector has no line break. */
export const pairwiseSubject = (sector: string, sub: string, key: KeyObject): string =>
  createHmac('sha256', key).update(`${sector}\n${sub}`).digest('base64url');
