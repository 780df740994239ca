import { createHash } from 'node:crypto';
import { readBcrypt } from './bcrypt.ts';
import type { HashReader } from './hash-reader.ts';

/** Reads `bcrypt_sha256$$2b$12$…` of Django: bcrypt of the SHA-256 of the password, in hexadecimal, so that all of it counts. */
export const readDjangoBcrypt: HashReader = (hash) => {
  if (!hash.startsWith('bcrypt_sha256$')) return undefined;
  const read = readBcrypt(hash.slice('bcrypt_sha256$'.length)) ?? {
    problem: 'is not of the form bcrypt_sha256$$2b$12$…',
  };
  if ('problem' in read) return read;
  return { verify: (password) => read.verify(createHash('sha256').update(password).digest('hex')) };
};
