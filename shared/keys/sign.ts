import { sign as signBytes } from 'node:crypto';
import type { SigningKey } from './signing-key.ts';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** RFC 7515 §7.1 compact serialization, signed in place: `header.payload.signature`, each base64url. Absent claims are left out. */
export function signJws(header: { typ: string }, claims: object, key: SigningKey): string {
  const input = `${encode({ alg: key.algorithm, kid: key.kid, ...header })}.${encode(claims)}`;
  return `${input}.${signBytes('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`;
}
