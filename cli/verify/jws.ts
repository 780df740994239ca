import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A key that signs as a client. */
export type SigningKey = { key: KeyObject; alg: 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA'; kid?: string };

/** What a check changes in a JWT that is correct otherwise. A member that is `undefined` is left out. */
export type JwtChanges = {
  header?: Readonly<Record<string, unknown>>;
  claims?: Readonly<Record<string, unknown>>;
  /** Signs with another key of the same kind, or not at all. */
  signature?: 'by another key' | 'none';
};

const digests = { RS256: 'sha256', PS256: 'sha256', ES256: 'sha256', ES384: 'sha384', EdDSA: null } as const;

const encode = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');

/**
 * Makes a compact JWS with any header and claims. Libraries refuse to make most of what a server has to refuse.
 */
export function makeJwt(key: SigningKey, header: object, claims: object, changes: JwtChanges = {}): string {
  const signed = `${encode({ ...header, ...changes.header })}.${encode({ ...claims, ...changes.claims })}`;
  if (changes.signature === 'none') return `${signed}.`;
  const signer = changes.signature === 'by another key' ? anotherKey(key) : key.key;
  const padding = key.alg === 'PS256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
  const signature = sign(digests[key.alg], Buffer.from(signed), { key: signer, dsaEncoding: 'ieee-p1363', ...padding });
  return `${signed}.${signature.toString('base64url')}`;
}

function anotherKey({ alg }: SigningKey): KeyObject {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519').privateKey;
  if (alg === 'ES256' || alg === 'ES384') {
    return generateKeyPairSync('ec', { namedCurve: alg === 'ES256' ? 'P-256' : 'P-384' }).privateKey;
  }
  return generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
}

/** Reads header and claims of a JWT without verifying it. Returns undefined for anything else. */
export function readJwt(
  text: unknown,
): { header: Readonly<Record<string, unknown>>; claims: Readonly<Record<string, unknown>> } | undefined {
  if (typeof text !== 'string') return undefined;
  const [header, claims] = text.split('.').map((part) => {
    try {
      const json: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
      return typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : undefined;
    } catch {
      return undefined;
    }
  });
  return header && claims ? { header, claims } : undefined;
}
