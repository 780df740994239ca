import { createCipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** Subkeys by the key that they were derived from: deriving one takes longer than encrypting with it. */
const subkeys = new WeakMap<KeyObject | Buffer, KeyObject>();

function subkeyOf(key: KeyObject | Buffer): KeyObject {
  const known = subkeys.get(key);
  if (known) return known;
  const subkey = createSecretKey(createHmac('sha256', key).update('hide').digest());
  subkeys.set(key, subkey);
  return subkey;
}

/**
 * Encrypts or decrypts bytes with AES-256 in counter mode, by a subkey of `key`. Of `random`, the first 16 bytes are the counter's
 * start, which must never be the same for two texts with one key. Does not protect against changes.
 */
export const hide = (key: KeyObject | Buffer, random: Buffer, bytes: Buffer): Buffer =>
  createCipheriv('aes-256-ctr', subkeyOf(key), random.subarray(0, 16)).update(bytes);
