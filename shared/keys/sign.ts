import type { SigningKey } from './signing-key.ts';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Signs claims as a compact JWS (RFC 7515 §7.1): `header.payload.signature`, each in base64url. Omits undefined claims. */
export async function signJws(header: { typ: string }, claims: object, key: SigningKey): Promise<string> {
  const input = `${encode({ alg: key.algorithm, kid: key.kid, ...header })}.${encode(claims)}`;
  return `${input}.${(await key.sign(Buffer.from(input))).toString('base64url')}`;
}
