import { type Cipheriv, createCipheriv, createHmac, type KeyObject } from 'node:crypto';

/** Bytes of a block of AES. */
const blockLength = 16;

/** By the key that their subkey was derived from: making one takes several times as long as encrypting with it. */
const ciphers = new WeakMap<KeyObject | Buffer, Cipheriv>();

/** Returns AES-256 alone, block by block, from which {@link hide} makes counter mode: a cipher in that mode could be used once. */
function cipherOf(key: KeyObject | Buffer): Cipheriv {
  const known = ciphers.get(key);
  if (known) return known;
  const subkey = createHmac('sha256', key).update('hide').digest();
  const cipher = createCipheriv('aes-256-ecb', subkey, null).setAutoPadding(false);
  ciphers.set(key, cipher);
  return cipher;
}

/**
 * Encrypts or decrypts bytes with AES-256 in counter mode (NIST SP 800-38A §6.5), by a subkey of `key`. Of `random`, the first 16 bytes
 * are the counter's start, which must never be the same for two texts with one key; throws when they are fewer. Does not protect
 * against changes.
 */
export function hide(key: KeyObject | Buffer, random: Buffer, bytes: Buffer): Buffer {
  if (random.length < blockLength) throw new RangeError(`the counter starts with ${blockLength} bytes`);
  const stream = cipherOf(key).update(counters(random, Math.ceil(bytes.length / blockLength)));
  const result = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) result[at] = (bytes[at] as number) ^ (stream[at] as number);
  return result;
}

/** As many values of a counter that starts at `random`, one after the other: 128 bits, the most significant ones first. */
function counters(random: Buffer, count: number): Buffer {
  const values = Buffer.allocUnsafe(count * blockLength);
  random.copy(values, 0, 0, blockLength);
  for (let at = blockLength; at < values.length; at += blockLength) {
    values.copy(values, at, at - blockLength, at);
    let place = at + blockLength - 1;
    while (place >= at && values[place] === 255) values[place--] = 0;
    if (place >= at) values[place] = (values[place] as number) + 1;
  }
  return values;
}
