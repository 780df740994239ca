import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64 } from './base64.ts';
import type { HashReader } from './hash-reader.ts';

const derive = promisify(argon2);

const shape = /^\$argon2(i|d|id)\$(?:v=(\d+)\$)?m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$([^$]+)\$([^$]+)$/;

/** 256 MiB, and at most 1 GiB over all passes: about a second. */
const limits = { memory: 262_144, work: 1_048_576, parallelism: 16 };

/** Reads RFC 9106 hashes in the PHC string format: `$argon2id$v=19$m=65536,t=3,p=4$salt$hash`. Refuses those that take too much work. */
export const readArgon2: HashReader = (hash) => {
  if (!hash.startsWith('$argon2')) return undefined;
  const [, variant, version, ...rest] = shape.exec(hash) ?? [];
  if (variant === undefined) return { problem: 'is not of the form $argon2id$v=19$m=…,t=…,p=…$salt$hash' };
  if (version !== '19') return { problem: 'is of a version of argon2 before 1.3, which cannot be verified here' };
  const [memory = 0, passes = 0, parallelism = 0] = rest.slice(0, 3).map(Number);
  const [nonce, tag] = rest.slice(3).map(fromBase64);
  if (!nonce || !tag || nonce.length < 8 || nonce.length > 64 || tag.length < 16 || tag.length > 64) {
    return { problem: 'does not have a salt of 8 to 64 bytes and a hash of 16 to 64' };
  }
  if (passes < 1 || parallelism < 1 || memory < 8 * parallelism) return { problem: 'has parameters of no argon2 hash' };
  if (memory > limits.memory || memory * passes > limits.work || parallelism > limits.parallelism) {
    return { problem: 'takes more work than 256 MiB, 1 GiB over all passes, and 16 lanes' };
  }
  const parameters = { nonce, memory, passes, parallelism, tagLength: tag.length };
  return {
    verify: async (password) =>
      timingSafeEqual(await derive(`argon2${variant as 'i' | 'd' | 'id'}`, { message: password, ...parameters }), tag),
  };
};
