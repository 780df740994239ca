import { toPhcBase64 } from './base64.ts';
import { firebaseKeystream } from './scrypt.ts';

/*
 * The same hashes are spelt in several ways. What has a usual spelling is read in that one.
 */

type Spelling = { is: RegExp; usual: (...parts: string[]) => string };

const spellings: readonly Spelling[] = [
  // Spring Security's PBKDF2: salt and hash in hexadecimal, everything else by the version of its defaults
  {
    is: /^\{pbkdf2@SpringSecurity_v5_8\}([0-9a-f]{32})([0-9a-f]{64})$/,
    usual: (salt = '', hash = '') => `$pbkdf2-sha256$i=310000$${hexToPhc(salt)}$${hexToPhc(hash)}`,
  },
  {
    is: /^\{pbkdf2\}([0-9a-f]{16})([0-9a-f]{64})$/,
    usual: (salt = '', hash = '') => `$pbkdf2-sha1$i=185000$${hexToPhc(salt)}$${hexToPhc(hash)}`,
  },
  // Spring Security's scrypt: {scrypt@SpringSecurity_v5_8}$100801$salt$hash, with ln, r and p in the digits of one number
  {
    is: /^(?:\{scrypt[^}]*\})?\$([0-9a-f]{1,4})([0-9a-f]{2})([0-9a-f]{2})\$([^$]+)\$([^$]+)$/,
    usual: (ln = '', r = '', p = '', salt = '', hash = '') =>
      `$scrypt$ln=${fromHex(ln)},r=${fromHex(r)},p=${fromHex(p)}$${salt}$${hash}`,
  },
  // Spring Security's prefix, also of LDAP directories: {bcrypt}$2a$…, {CRYPT}$2y$…, {argon2}$argon2id$…
  {
    is: /^\{(?:bcrypt|crypt|blf-crypt|argon2|pbkdf2|scrypt|sha(?:256|512)-crypt)[^}]*\}(\$.*)$/is,
    usual: (hash = '') => hash,
  },
  // OpenLDAP and 389 Directory Server: {PBKDF2-SHA256}10000$salt$hash
  {
    is: /^\{pbkdf2(?:-(sha\d+))?\}(\d+)\$([^$]+)\$([^$]+)$/i,
    usual: (digest = 'sha1', count = '', salt = '', hash = '') =>
      `$pbkdf2-${digest.toLowerCase()}$i=${count}$${salt}$${hash}`,
  },
  // Older versions of 389: {PBKDF2_SHA256} and the base64 of four bytes that count, 64 of salt and 256 of hash, whose first 32 do as well
  {
    is: /^\{pbkdf2_sha256\}([A-Za-z0-9+/]{432}={0,2})$/i,
    usual: (text = '') => {
      const bytes = Buffer.from(text, 'base64');
      const [salt, hash] = [bytes.subarray(4, 68), bytes.subarray(68, 100)];
      return `$pbkdf2-sha256$i=${bytes.readUInt32BE(0)}$${toPhcBase64(salt)}$${toPhcBase64(hash)}`;
    },
  },
  // ForgeRock and Ping directories: {PBKDF2-HMAC-SHA256}10000: and the base64 of hash and salt
  {
    is: /^\{pbkdf2(?:-hmac-(sha\d+))?\}(\d+):([A-Za-z0-9+/]+={0,2})$/i,
    usual: (digest = 'sha1', count = '', text = '') => {
      const bytes = Buffer.from(text, 'base64');
      const length = hashLengths[digest.toLowerCase()] ?? 0;
      const [hash, salt] = [bytes.subarray(0, length), bytes.subarray(length)];
      return `$pbkdf2-${digest.toLowerCase()}$i=${count}$${toPhcBase64(salt)}$${toPhcBase64(hash)}`;
    },
  },
  // Apache and Atlassian directories: {PKCS5S2} and the base64 of 16 bytes of salt and 32 of hash, always 10,000 times
  {
    is: /^\{pkcs5s2\}([A-Za-z0-9+/]{64})$/i,
    usual: (text = '') => {
      const bytes = Buffer.from(text, 'base64');
      return `$pbkdf2-sha1$i=10000$${toPhcBase64(bytes.subarray(0, 16))}$${toPhcBase64(bytes.subarray(16))}`;
    },
  },
  // Supabase keeps the hashes that came from Firebase: $fbscrypt$v=1,n=14,r=8,p=1,ss=separator,sk=key$salt$hash
  {
    is: /^\$fbscrypt\$v=1,n=(\d+),r=(\d+),p=(\d+),ss=([^,$]+),sk=([^,$]+)\$([^$]+)\$([^$]+)$/,
    usual: (n = '', r = '', p = '', separator = '', key = '', salt = '', hash = '') => {
      const kept = firebaseKeystream(Buffer.from(hash, 'base64'), Buffer.from(key, 'base64'));
      const whole = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(separator, 'base64')]);
      return `$firebase-scrypt$ln=${n},r=${r},p=${p}$${toPhcBase64(whole)}$${toPhcBase64(kept ?? Buffer.alloc(0))}`;
    },
  },
  // Django: argon2$argon2id$v=19$…, bcrypt$$2b$…
  { is: /^argon2(\$argon2.*)$/s, usual: (hash = '') => hash.replace(/^\$?/, '$') },
  { is: /^bcrypt\$(\$2.*)$/s, usual: (hash = '') => hash },
  // Django: scrypt$16384$salt$8$5$hash, with the salt as text
  {
    is: /^scrypt\$(\d+)\$([^$]+)\$(\d+)\$(\d+)\$([^$]+)$/,
    usual: (N = '', salt = '', r = '', p = '', hash = '') =>
      `$scrypt$ln=${log2(N)},r=${r},p=${p}$${toPhcBase64(Buffer.from(salt))}$${hash}`,
  },
  // Werkzeug: scrypt:32768:8:1$salt$hash and pbkdf2:sha256:600000$salt$hash, with the salt as text and the hash in hexadecimal
  {
    is: /^scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$((?:[0-9a-f]{2})+)$/,
    usual: (N = '', r = '', p = '', salt = '', hash = '') =>
      `$scrypt$ln=${log2(N)},r=${r},p=${p}$${toPhcBase64(Buffer.from(salt))}$${hexToPhc(hash)}`,
  },
  {
    is: /^pbkdf2:(sha\d+):(\d+)\$([^$]+)\$((?:[0-9a-f]{2})+)$/,
    usual: (digest = '', count = '', salt = '', hash = '') =>
      `$pbkdf2-${digest}$i=${count}$${toPhcBase64(Buffer.from(salt))}$${hexToPhc(hash)}`,
  },
  // Ory Kratos writes N itself where others write its logarithm.
  {
    is: /^\$scrypt\$ln=(\d{3,9})(,r=\d+,p=\d+\$.*)$/s,
    usual: (N = '', rest = '') => `$scrypt$ln=${log2(N)}${rest}`,
  },
];

/** Returns a hash in its usual spelling, and any other text as it is. */
export function usualSpelling(hash: string): string {
  for (const { is, usual } of spellings) {
    const [found, ...parts] = is.exec(hash) ?? [];
    if (found !== undefined) return usual(...parts);
  }
  return hash;
}

/** Bytes of a digest. */
const hashLengths: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/** A number that is no power of two has no logarithm that is read. */
const log2 = (N: string): string => String(Math.log2(Number(N)));

const fromHex = (digits: string): string => String(Number.parseInt(digits, 16));

const hexToPhc = (hash: string): string => toPhcBase64(Buffer.from(hash, 'hex'));
