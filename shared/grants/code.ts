import { type Home, withHome, withoutHome } from '../home.ts';
import { randomBytes } from '../random-bytes.ts';
import { hashSecret } from '../secret.ts';
import { hide } from './hide.ts';
import type { RefreshKeys } from './refresh-token.ts';

/*
 * A code is 256 random bits and, encrypted, the subject, so that whoever redeems it has the account read beside the write that spends
 * it. It is stored nowhere: a grant is found by the hash of the whole, so a code that was changed finds none. The code of a pushed
 * request names the item of that request besides, which became its grant and has the hash of the code. Codes of the previous form
 * are the random bits alone. With several regions, all of it comes after the letter of the region.
 */

/** Lengths in bytes. The subject is what is left after all others; it has at most 255 (OpenID Connect Core §2). */
const layout = { random: 32, mark: 8, id: 32 };
const shape = /^[A-Za-z0-9_-]{55,436}$/;

/** Encrypted before the subject: whoever decrypts it to one of these has the key of the code. `pushed`: an id comes first. */
const marks = { plain: Buffer.alloc(layout.mark), pushed: Buffer.alloc(layout.mark, 1) };

/** Where the grant of a code is, and whose it is said to be. `codeHash`: what the grant must have, if its id is not made from the code. */
export type ReadCode = { grantId: string; codeHash?: string; sub?: string };

/**
 * Makes a code for a person: 54 base64url characters, and four for every three bytes of the subject. For a pushed request with this
 * id it has 43 more. `home`: where it is redeemed, with several regions.
 */
export function newCode(sub: string, [key]: RefreshKeys, pushedId?: string, home?: Home): string {
  const random = randomBytes(layout.random);
  const named = pushedId === undefined ? [marks.plain] : ([marks.pushed, Buffer.from(pushedId, 'base64url')] as const);
  const hidden = hide(key, random, Buffer.concat([...named, Buffer.from(sub)]));
  return withHome(home, Buffer.concat([random, hidden]).toString('base64url'));
}

/** Reads a code. One that was made with none of these keys, or of the previous form, names nobody. Proves nothing about its grant. */
export function readCode(code: string, keys: RefreshKeys): ReadCode {
  const codeHash = hashSecret(code);
  const made = withoutHome(code);
  if (!shape.test(made)) return { grantId: codeHash };
  const bytes = Buffer.from(made, 'base64url');
  const random = bytes.subarray(0, layout.random);
  for (const key of keys) {
    const shown = hide(key, random, bytes.subarray(layout.random));
    const [mark, rest] = [shown.subarray(0, layout.mark), shown.subarray(layout.mark)];
    if (mark.equals(marks.plain)) return { grantId: codeHash, sub: rest.toString() };
    if (mark.equals(marks.pushed)) {
      const [id, sub] = [rest.subarray(0, layout.id), rest.subarray(layout.id)];
      return { grantId: id.toString('base64url'), codeHash, sub: sub.toString() };
    }
  }
  return { grantId: codeHash };
}
