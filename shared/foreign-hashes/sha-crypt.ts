import { timingSafeEqual } from 'node:crypto';
import { encrypt } from 'unixcrypt';
import type { HashReader } from './hash-reader.ts';

const shape = /^\$([56])\$(?:rounds=(\d{1,9})\$)?([./0-9A-Za-z]{0,16})\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/;

/** A second and a half. Linux makes 5,000. */
const mostRounds = 200_000;

/**
 * Reads the hashes that Linux and LDAP directories make of passwords: `$5$salt$hash` is SHA-256 and `$6$salt$hash` SHA-512, both 5,000
 * times unless there are `rounds=…$` in front of the salt. Refuses those that take too much work.
 */
export const readShaCrypt: HashReader = (hash) => {
  if (!hash.startsWith('$5$') && !hash.startsWith('$6$')) return undefined;
  const [, id, written = '5000', , digest = ''] = shape.exec(hash) ?? [];
  if (id === undefined || digest.length !== (id === '5' ? 43 : 86)) {
    return { problem: 'is not of the form $6$ or $5$, a salt and a hash of 86 or 43 characters' };
  }
  const rounds = Number(written);
  if (rounds < 1_000) return { problem: 'has parameters of no SHA-crypt hash' };
  if (rounds > mostRounds) return { problem: 'takes more work than 200,000 rounds' };
  const settings = hash.slice(0, -digest.length);
  return {
    verify: async (password) => {
      const made = encrypt(password, settings.slice(0, -1));
      return made.length === hash.length && timingSafeEqual(Buffer.from(made), Buffer.from(hash));
    },
  };
};
