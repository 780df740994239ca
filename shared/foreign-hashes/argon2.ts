import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64 } from './base64.ts';
import type { HashReader } from './hash-reader.ts';

const derive = promisify(argon2);

const shape = /^\$argon2(i|d|id)\$(?:v=(\d{1,3})\$)?([a-z]+=[^$,]*(?:,[a-z]+=[^$,]*)*)\$([^$]+)\$([^$]+)$/;

/** 256 MiB, and at most 1 GiB over all passes: about a second. */
const limits = { memory: 262_144, work: 1_048_576, parallelism: 16 };

const formProblem = 'is not of the form $argon2id$v=19$m=…,t=…,p=…$salt$hash';

/**
 * Reads RFC 9106 hashes in the PHC string format: `$argon2id$v=19$m=65536,t=3,p=4$salt$hash`. The parameters may stand in any
 * order, as libraries write them; `data` is part of what is hashed, `keyid` is not. Refuses those that take too much work.
 */
export const readArgon2: HashReader = (hash) => {
  if (!hash.startsWith('$argon2')) return undefined;
  const [, variant, version, written = '', ...rest] = shape.exec(hash) ?? [];
  if (variant === undefined) return { problem: formProblem };
  if (version !== '19') return { problem: 'is of a version of argon2 before 1.3, which cannot be verified here' };
  const named = written.split(',').map((each) => each.split('=') as [string, string]);
  const parameters = new Map(named);
  const known = ['m', 't', 'p', 'keyid', 'data'];
  if (parameters.size < named.length || named.some(([name]) => !known.includes(name))) return { problem: formProblem };
  const numbers = ['m', 't', 'p'].map((name) => parameters.get(name) ?? '');
  if (!numbers.every((number) => /^\d{1,9}$/.test(number))) return { problem: formProblem };
  const [memory = 0, passes = 0, parallelism = 0] = numbers.map(Number);
  const data = parameters.get('data');
  const associatedData = data === undefined ? undefined : fromBase64(data);
  if (data !== undefined && !associatedData) return { problem: 'has data that is not base64' };
  const [nonce, tag] = rest.map(fromBase64);
  if (!nonce || !tag || nonce.length < 8 || nonce.length > 64 || tag.length < 16 || tag.length > 64) {
    return { problem: 'does not have a salt of 8 to 64 bytes and a hash of 16 to 64' };
  }
  if (passes < 1 || parallelism < 1 || memory < 8 * parallelism) return { problem: 'has parameters of no argon2 hash' };
  if (memory > limits.memory || memory * passes > limits.work || parallelism > limits.parallelism) {
    return { problem: 'takes more work than 256 MiB, 1 GiB over all passes, and 16 lanes' };
  }
  const work = { nonce, memory, passes, parallelism, tagLength: tag.length, ...(associatedData && { associatedData }) };
  return {
    verify: async (password) =>
      timingSafeEqual(await derive(`argon2${variant as 'i' | 'd' | 'id'}`, { message: password, ...work }), tag),
  };
};
