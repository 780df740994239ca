import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readBcrypt } from './bcrypt.ts';
import type { HashReader } from './hash-reader.ts';

const shape = /^\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/;

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 2^18 rounds of MD5: about a third of a second. WordPress makes 2^13. */
const mostRounds = 18;

/**
 * Reads the hashes of WordPress: `$P$` and 31 characters (phpass, also `$H$` of phpBB), which is MD5 many times, and `$wp$2y$…` since
 * version 6.8, which is bcrypt of an HMAC of the password without the blanks around it.
 */
export const readWordPress: HashReader = (hash) => {
  if (hash.startsWith('$wp')) return readPrehashed(hash);
  if (!hash.startsWith('$P$') && !hash.startsWith('$H$')) return undefined;
  const [, count = '', salt = '', digest] = shape.exec(hash) ?? [];
  if (digest === undefined) return { problem: 'is not of the form $P$ and 31 characters' };
  const rounds = alphabet.indexOf(count);
  if (rounds < 7) return { problem: 'has parameters of no phpass hash' };
  if (rounds > mostRounds) return { problem: `takes more work than 2^${mostRounds} rounds` };
  return {
    verify: async (password) => timingSafeEqual(Buffer.from(phpass(password, salt, rounds)), Buffer.from(digest)),
  };
};

function readPrehashed(hash: string) {
  const read = readBcrypt(hash.slice(3));
  if (read === undefined) return { problem: 'is not of the form $wp$2y$10$ and 53 characters' };
  if ('problem' in read) return read;
  const prehash = (password: string) => createHmac('sha384', 'wp-sha384').update(password.trim()).digest('base64');
  return { verify: (password: string) => read.verify(prehash(password)) };
}

function phpass(password: string, salt: string, rounds: number): string {
  const text = Buffer.from(password);
  let digest = createHash('md5').update(salt).update(text).digest();
  for (let round = 2 ** rounds; round > 0; round -= 1) digest = createHash('md5').update(digest).update(text).digest();
  return encode64(digest);
}

/** Base64 of its own: other letters, and the lowest bits first. */
function encode64(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 2 ** 8 + (bytes[at + 2] ?? 0) * 2 ** 16;
    const letters = Math.min(bytes.length - at, 3) + 1;
    for (let letter = 0; letter < letters; letter += 1) text += alphabet[Math.floor(three / 64 ** letter) % 64];
  }
  return text;
}
