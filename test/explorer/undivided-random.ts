import { randomBytes } from 'node:crypto';

/* In the place of shared/random-bytes.ts: every draw asks Node, so that `steadyRandom` can answer it. */

export { randomBytes };

export const randomId = (): string => randomBytes(16).toString('base64url');
