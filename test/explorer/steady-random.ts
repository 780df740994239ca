import crypto, { createHash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from 'vitest/config';

/** A plugin for tests that repeat what was random: what keeps random bytes in store keeps none. */
export const undividedRandom: Plugin = {
  name: 'undivided-random',
  enforce: 'pre',
  resolveId: (name) =>
    name.endsWith('/random-bytes.ts') ? join(import.meta.dirname, 'undivided-random.ts') : undefined,
};

/** Bytes that are always the same for the same name and number. */
export function steadyBytes(name: string, number: number, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, block) =>
    createHash('sha256').update(`${name} ${number} ${block}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

/**
 * Has `randomBytes` of Node answer with `draw(size)` until the function that comes back is called: whoever is run once more must
 * draw the same again. Whatever needs no repeating, `draw` leaves undefined.
 */
export function steadyRandom(draw: (size: number) => Buffer | undefined): () => void {
  const { randomBytes } = crypto;
  const replace = (by: typeof randomBytes) => {
    crypto.randomBytes = by;
    syncBuiltinESMExports();
  };
  replace(((size: number, done?: (error: Error | null, bytes: Buffer) => void) =>
    done === undefined ? (draw(size) ?? randomBytes(size)) : randomBytes(size, done)) as typeof randomBytes);
  return () => replace(randomBytes);
}
