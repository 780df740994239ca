import type { JWK } from 'jose';
import { cached } from '../cached.ts';
import { currentKey } from './key-ring.ts';
import type { KeyStore } from './key-store.ts';
import { type KeyWrapper, type SigningKey, type StoredKey, unwrapSigningKey } from './signing-key.ts';

/** A new key is published hours before it signs, so minutes of memory lose nothing. */
const remembered = 300;

/** The JWKS (RFC 7517 §5): every key that is kept, the next one and the last one included. */
export function publishedKeys(store: KeyStore, now: () => number): () => Promise<{ keys: JWK[] }> {
  return cached(async () => ({ keys: (await store.list()).map((key) => key.publicJwk) }), remembered, now);
}

/** The key that signs now, decrypted once and kept in memory. Throws when there is none yet: nothing is ever unsigned. */
export function signingKeys(store: KeyStore, wrapper: KeyWrapper, now: () => number): () => Promise<SigningKey> {
  const stored = cached(() => store.list(), remembered, now);
  const unwrapped = new Map<string, Promise<SigningKey>>();

  function unwrap(key: StoredKey): Promise<SigningKey> {
    const known = unwrapped.get(key.kid);
    if (known) return known;
    const fresh = unwrapSigningKey(key, wrapper);
    unwrapped.set(key.kid, fresh);
    fresh.catch(() => unwrapped.delete(key.kid));
    return fresh;
  }

  return async () => {
    const key = currentKey(await stored(), now());
    if (key === undefined) throw new Error('there is no signing key; the rotate-keys function makes the first one');
    return unwrap(key);
  };
}
