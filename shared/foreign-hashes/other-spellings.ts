import { toPhcBase64 } from './base64.ts';

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
  { is: /^\{(?:bcrypt|crypt|argon2|pbkdf2|scrypt)[^}]*\}(\$.*)$/is, usual: (hash = '') => hash },
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

/** A number that is no power of two has no logarithm that is read. */
const log2 = (N: string): string => String(Math.log2(Number(N)));

const fromHex = (digits: string): string => String(Number.parseInt(digits, 16));

const hexToPhc = (hash: string): string => toPhcBase64(Buffer.from(hash, 'hex'));
