import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { HashReader } from './hash-reader.ts';
import { mostIterations } from './pbkdf2.ts';

const derive = promisify(pbkdf2);

const digests = ['sha1', 'sha256', 'sha512'] as const;

/** Version 2: a zero byte, a salt of 16 bytes and a key of 32. */
const lengthOfVersion2 = 49;

/** Version 3: a one, then the digest, the iterations and the length of the salt in four bytes each. */
const headOfVersion3 = 13;

/** Reads the base64 in which ASP.NET Identity keeps hashes of PBKDF2, versions 2 and 3. Refuses those that take too much work. */
export const readAspNet: HashReader = (hash) => {
  if (!/^A[A-Q][A-Za-z0-9+/]{50,}={0,2}$/.test(hash)) return undefined;
  const bytes = Buffer.from(hash, 'base64');
  if (bytes.toString('base64') !== hash) return { problem: 'is not the base64 of ASP.NET Identity' };
  if (bytes[0] === 0 && bytes.length === lengthOfVersion2) {
    return verifier({ salt: bytes.subarray(1, 17), tag: bytes.subarray(17), iterations: 1_000, digest: 'sha1' });
  }
  const digest = digests[bytes.readUInt32BE(1)];
  const [iterations, saltLength] = [bytes.readUInt32BE(5), bytes.readUInt32BE(9)];
  const salt = bytes.subarray(headOfVersion3, headOfVersion3 + saltLength);
  const tag = bytes.subarray(headOfVersion3 + saltLength);
  if (bytes[0] !== 1 || !digest || salt.length !== saltLength || saltLength < 16 || tag.length < 16 || iterations < 1) {
    return { problem: 'is of no version of ASP.NET Identity that is known' };
  }
  if (iterations > mostIterations) return { problem: 'takes more work than 2,000,000 iterations' };
  return verifier({ salt, tag, iterations, digest });
};

type Parts = { salt: Buffer; tag: Buffer; iterations: number; digest: (typeof digests)[number] };

const verifier = ({ salt, tag, iterations, digest }: Parts) => ({
  verify: async (password: string) =>
    timingSafeEqual(await derive(password, salt, iterations, tag.length, digest), tag),
});
