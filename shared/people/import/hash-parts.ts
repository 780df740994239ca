import { fromBase64, toPhcBase64 } from '../../foreign-hashes/base64.ts';
import type { Mistake } from '../../mistake.ts';
import { ok, type Result, refuse } from '../../result.ts';
import type { Json } from './account-entry.ts';

/** Joins a hash from its parts, such as `{ "algorithm": "scrypt", "hash", "salt", "N", "r", "p" }`. Refuses with the member. */
export function joinHash(parts: Json): Result<string, Mistake> {
  const { algorithm, encoding = 'base64' } = parts;
  const mistake = (member: string, problem: string) => refuse({ member: `password_hash.${member}`, problem });
  const [hash, salt] = [decodeBytes(parts['hash'], encoding), decodeBytes(parts['salt'], encoding)];
  if (encoding !== 'base64' && encoding !== 'hex') return mistake('encoding', 'is not base64 or hex');
  if (!hash) return mistake('hash', `is missing or not ${encoding}`);
  if (!salt) return mistake('salt', `is missing or not ${encoding}`);
  const ending = `$${toPhcBase64(salt)}$${toPhcBase64(hash)}`;
  if (algorithm === 'scrypt') {
    const { N, r = 8, p = 1 } = parts;
    const ln = typeof N === 'number' ? Math.log2(N) : Number.NaN;
    if (!Number.isInteger(ln)) return mistake('N', 'is missing or not a power of two');
    return ok(`$scrypt$ln=${ln},r=${String(r)},p=${String(p)}${ending}`);
  }
  const [, digest] = typeof algorithm === 'string' ? (/^pbkdf2_(sha1|sha256|sha512)$/.exec(algorithm) ?? []) : [];
  if (digest === undefined) {
    return mistake('algorithm', 'is not one of scrypt, pbkdf2_sha1, pbkdf2_sha256, pbkdf2_sha512');
  }
  const { iterations } = parts;
  if (!Number.isSafeInteger(iterations)) return mistake('iterations', 'is missing or not a whole number');
  return ok(`$pbkdf2-${digest}$i=${String(iterations)}${ending}`);
}

/** Decodes base64 or hexadecimal; undefined for anything else. */
export function decodeBytes(text: unknown, encoding: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  if (encoding === 'hex') return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
  return fromBase64(text);
}
