import { randomBytes } from 'node:crypto';
import { hide } from './hide.ts';
import type { RefreshKeys } from './refresh-token.ts';

/*
 * A code is 256 random bits and, encrypted, the subject, so that whoever redeems it has the account read beside the write that spends
 * it. It is stored nowhere: a grant is found by the hash of the whole, so a code that was changed finds none. Codes of the previous
 * form are the random bits alone.
 */

/** Lengths in bytes. The subject is what is left after both; it has at most 255 (OpenID Connect Core §2). */
const layout = { random: 32, mark: 8 };
const shape = /^[A-Za-z0-9_-]{55,394}$/;

/** Encrypted before the subject: whoever decrypts it to this has the key of the code. */
const mark = Buffer.alloc(layout.mark);

/** Makes a code for a person: 54 base64url characters, and four for every three bytes of the subject. */
export function newCode(sub: string, [key]: RefreshKeys): string {
  const random = randomBytes(layout.random);
  return Buffer.concat([random, hide(key, random, Buffer.concat([mark, Buffer.from(sub)]))]).toString('base64url');
}

/** Returns whose code it is, or undefined for one that names nobody or was made with none of these keys. Proves nothing about its grant. */
export function subjectOfCode(code: string, keys: RefreshKeys): string | undefined {
  if (!shape.test(code)) return undefined;
  const bytes = Buffer.from(code, 'base64url');
  const random = bytes.subarray(0, layout.random);
  for (const key of keys) {
    const shown = hide(key, random, bytes.subarray(layout.random));
    if (shown.subarray(0, layout.mark).equals(mark)) return shown.subarray(layout.mark).toString();
  }
  return undefined;
}
