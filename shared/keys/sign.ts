import type { SigningKey } from './signing-key.ts';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** RFC 7515 §7.1 compact serialization: `header.payload.signature`, each base64url. Absent claims are left out. */
export async function signJws(header: { typ: string }, claims: object, key: SigningKey): Promise<string> {
  const input = `${encode({ alg: key.algorithm, kid: key.kid, ...header })}.${encode(claims)}`;
  return `${input}.${(await key.sign(Buffer.from(input))).toString('base64url')}`;
}
