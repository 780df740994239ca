import { createCipheriv, createDecipheriv } from 'node:crypto';
import { randomBytes } from '../random-bytes.ts';
import type { KeyWrapper } from './signing-key.ts';

/**
 * Wraps keys with AES-256-GCM and a 32-byte key from the data folder, for local runs. Layout: 12 bytes nonce, ciphertext, 16
 * bytes tag.
 */
export function localWrapper(key: Uint8Array): KeyWrapper {
  return {
    async wrap(plaintext, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    async unwrap(ciphertext, context) {
      const decipher = createDecipheriv('aes-256-gcm', key, ciphertext.subarray(0, 12), { authTagLength: 16 })
        .setAAD(Buffer.from(context))
        .setAuthTag(ciphertext.subarray(-16));
      return Buffer.concat([decipher.update(ciphertext.subarray(12, -16)), decipher.final()]);
    },
  };
}
