import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { wrongUsage } from '../failure.ts';
import type { SigningKey } from './jws.ts';

/**
 * Reads the private key of a client from a file in PEM or JWK format. Fails with a sentence that never quotes the file. RSA keys
 * sign with `rsa`, the algorithm that the server announces.
 */
export async function readClientKey(file: string): Promise<SigningKey> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrongUsage(`The private key ${file} cannot be read (${error.code ?? 'unknown error'}).`);
  });
  const [key, kid] = parse(text) ?? [];
  const alg = key && algorithmOf(key);
  if (key === undefined || alg === undefined) {
    throw wrongUsage(`${file} is no private key: it takes RSA, P-256, P-384 or Ed25519, as PEM (PKCS #8) or as a JWK.`);
  }
  return { key, alg, ...(kid !== undefined && { kid }) };
}

function parse(text: string): [KeyObject, string | undefined] | undefined {
  try {
    if (!text.trimStart().startsWith('{')) return [createPrivateKey(text), undefined];
    const jwk = JSON.parse(text) as JsonWebKey & { kid?: unknown };
    return [createPrivateKey({ key: jwk as never, format: 'jwk' }), typeof jwk.kid === 'string' ? jwk.kid : undefined];
  } catch {
    return undefined;
  }
}

function algorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): SigningKey['alg'] | undefined {
  if (type === 'rsa') return 'PS256';
  if (type === 'ed25519') return 'EdDSA';
  if (type !== 'ec') return undefined;
  return ({ prime256v1: 'ES256', secp384r1: 'ES384' } as const)[details?.namedCurve as 'prime256v1'];
}
