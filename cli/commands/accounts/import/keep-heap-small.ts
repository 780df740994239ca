import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap of this process near what it really uses. Left alone, V8 lets some 200 MB of garbage lie about before it looks, and
 * an import makes garbage all the time.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=80');
}
