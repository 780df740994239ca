import { createCipheriv, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { fromBase64 } from './base64.ts';
import type { HashReader } from './hash-reader.ts';

const shape = /^\$(firebase-)?scrypt\$ln=(\d{1,2}),r=(\d{1,5}),p=(\d{1,5})\$([^$]*)\$([^$]+)$/;

/** In units of 128 bytes: 128 MiB of memory and 256 MiB of work, about a second. */
const limits = { memory: 2 ** 20, work: 2 ** 21 };

/**
 * Reads RFC 7914 hashes in the PHC string format, which is also passlib's: `$scrypt$ln=16,r=8,p=1$salt$hash`; and our format for
 * Firebase, `$firebase-scrypt$…`, with the result of {@link firebaseKeystream} as the hash. Refuses those that take too much
 * work.
 */
export const readScrypt: HashReader = (hash) => {
  if (!/^\$(firebase-)?scrypt\$/.test(hash)) return undefined;
  const [, firebase, ...rest] = shape.exec(hash) ?? [];
  if (rest.length === 0) return { problem: 'is not of the form $scrypt$ln=…,r=…,p=…$salt$hash' };
  const [ln = 0, r = 0, p = 0] = rest.slice(0, 3).map(Number);
  const salt = rest[3] === '' ? Buffer.alloc(0) : fromBase64(rest[3] ?? '');
  const tag = fromBase64(rest[4] ?? '');
  if (!salt || !tag || salt.length > 128 || tag.length < 16 || tag.length > 128) {
    return { problem: 'does not have a salt of up to 128 bytes and a hash of 16 to 128' };
  }
  const problem = costProblem(ln, r, p);
  if (problem !== undefined) return { problem };
  const derive = (password: string, length: number) => run(password, salt, length, { ln, r, p });
  return {
    verify: async (password) => {
      const made = firebase
        ? keystream(await derive(password, firebaseKeyLength), tag.length)
        : await derive(password, tag.length);
      return timingSafeEqual(made, tag);
    },
  };
};

type Cost = { ln: number; r: number; p: number };

function costProblem(ln: number, r: number, p: number): string | undefined {
  if (ln < 1 || r < 1 || p < 1) return 'has parameters of no scrypt hash';
  const isBounded = ln <= 20 && 2 ** ln * r <= limits.memory && 2 ** ln * r * p <= limits.work;
  return isBounded ? undefined : 'takes more work than 128 MiB once, or 64 MiB four times';
}

function run(password: string, salt: Buffer, length: number, { ln, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** ln;
  const options: ScryptOptions = { N, r, p, maxmem: 128 * r * (N + p) + 1_048_576 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** Firebase encrypts a key of the project (AES-256 in counter mode) with the output of scrypt. */
const firebaseKeyLength = 32;

function keystream(key: Buffer, length: number): Buffer {
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return Buffer.concat([cipher.update(Buffer.alloc(length)), cipher.final()]);
}

/** Removes the project's key from a Firebase hash, so that the key need not be stored. Returns undefined when the lengths differ. */
export function firebaseKeystream(hash: Buffer, signerKey: Buffer): Buffer | undefined {
  if (hash.length !== signerKey.length) return undefined;
  return Buffer.from(hash.map((byte, index) => byte ^ (signerKey[index] ?? 0)));
}
