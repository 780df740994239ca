import { compare } from 'bcryptjs';
import type { HashReader } from './hash-reader.ts';

const shape = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** About a second and a half. */
const highestCost = 14;

/**
 * Reads `$2b$12$` and 53 characters; `$2a$` and `$2y$` mean the same. As usual with bcrypt, only the first 72 bytes of a password
 * count. Refuses hashes that take too much work, and those of a faulty implementation, `$2x$`.
 */
export const readBcrypt: HashReader = (hash) => {
  if (!hash.startsWith('$2')) return undefined;
  const [, digits] = shape.exec(hash) ?? [];
  if (digits === undefined) return { problem: 'is not of the form $2b$12$ and 53 characters' };
  const cost = Number(digits);
  if (cost < 4) return { problem: 'has parameters of no bcrypt hash' };
  if (cost > highestCost) return { problem: `takes more work than a cost of ${highestCost}` };
  return { verify: (password) => compare(password, hash.replace(/^\$2y/, '$2b')) };
};
