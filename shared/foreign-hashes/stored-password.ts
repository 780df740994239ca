import { isOwnHash, preparePassword, unmatchableHash, verifyPassword } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import { readArgon2 } from './argon2.ts';
import { readAspNet } from './aspnet.ts';
import { readBcrypt } from './bcrypt.ts';
import { readDjangoBcrypt } from './django-bcrypt.ts';
import type { HashReader, ReadHash } from './hash-reader.ts';
import { usualSpelling } from './other-spellings.ts';
import { readPbkdf2 } from './pbkdf2.ts';
import { type ReadPepper, readPepperMark } from './pepper.ts';
import { readScrypt } from './scrypt.ts';
import { readShaCrypt } from './sha-crypt.ts';
import { readWordPress } from './wordpress.ts';

/*
 * Password hashes imported from other servers. They are stored as they came, verified with a bounded amount of work, and replaced
 * by our own at the next sign-in.
 */

const readers: readonly HashReader[] = [
  readArgon2,
  readBcrypt,
  readScrypt,
  readPbkdf2,
  readShaCrypt,
  readWordPress,
  readDjangoBcrypt,
  readAspNet,
];

function read(marked: string, readPepper: ReadPepper): ReadHash {
  if (marked.length > longestHash) return { problem: `is longer than ${longestHash} characters` };
  const mark = readPepperMark(marked);
  if (!mark) return readUnmarked(marked);
  const found = readUnmarked(mark.hash);
  if ('problem' in found) return found;
  return { verify: async (password) => found.verify(mark.season(password, await readPepper())) };
}

function readUnmarked(hash: string): ReadHash {
  const usual = usualSpelling(hash);
  for (const reader of readers) {
    const found = reader(usual);
    if (found) return found;
  }
  return { problem: 'is not a hash of argon2, scrypt, bcrypt or PBKDF2 in a form that is known' };
}

const longestHash = 1_024;

/** Whether passwords can be verified against a hash. Refuses with a sentence that starts with the name of the member. */
export function admitPasswordHash(hash: string): Result<string, string> {
  const found = read(hash, neverAsked);
  return 'problem' in found ? refuse(found.problem) : ok(hash);
}

/** Admitting a hash tries no password. */
const neverAsked: ReadPepper = () => Promise.reject(new Error('no pepper is needed'));

/**
 * Whether the password matches a hash, ours or another server's. Without a hash, and for a wrong password to another server's
 * hash, also computes one of ours, so that no refusal is quicker than for an account of our own. Asks for the pepper when the hash
 * has one, and throws what that throws.
 */
export async function verifyStoredPassword(
  password: string,
  hash: string | undefined,
  readPepper: ReadPepper,
): Promise<boolean> {
  if (hash === undefined) return verifyPassword(password, unmatchableHash);
  if (isOwnHash(hash)) return verifyPassword(password, hash);
  const found = read(hash, readPepper);
  if ('problem' in found) throw new Error(`a stored password hash ${found.problem}`);
  const verified = await verifyForeign(password, found);
  if (!verified) await verifyPassword(password, unmatchableHash);
  return verified;
}

/** Tries the password as typed, which is what other servers hash, then as prepared by us, if that differs. */
async function verifyForeign(password: string, { verify }: Extract<ReadHash, { verify: unknown }>) {
  if (await verify(password)) return true;
  const prepared = preparePassword(password);
  return prepared !== password && verify(prepared);
}
