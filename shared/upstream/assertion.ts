import { compactVerify, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, type JWTPayload } from 'jose';
import { usableKeys } from '../keys/usable-keys.ts';
import { verifyByAny } from '../keys/verify-by-any.ts';
import { jwtTypeOf } from '../oauth/jwt-type.ts';
import type { TrustKind } from './trust.ts';

/** An assertion (RFC 7523 §3) whose signature nobody has verified yet. */
export type Assertion = { text: string; kind: TrustKind; issuer: string; kid?: string | undefined; claims: JWTPayload };

/** The type of an identity assertion (draft-ietf-oauth-identity-assertion-authz-grant). */
const identityTyp = 'oauth-id-jag+jwt';

/** Public keys only, never `none`. */
const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/**
 * Reads an assertion. Its type says what it is: one of a person has the type of its own, one of a workload `JWT` or none, and what
 * has any other is not meant to be an assertion (RFC 8725 §3.11). Returns undefined for that, and for what is no JWT.
 */
export function readAssertion(text: string): Assertion | undefined {
  if (text.length > 8_192) return undefined;
  try {
    const { typ, kid } = decodeProtectedHeader(text);
    const claims = decodeJwt(text);
    const kind = kindOf(typ);
    if (kind === undefined || typeof claims.iss !== 'string') return undefined;
    return { text, kind, issuer: claims.iss, claims, ...(typeof kid === 'string' && { kid }) };
  } catch {
    return undefined;
  }
}

function kindOf(typ: unknown): TrustKind | undefined {
  const type = jwtTypeOf(typ);
  if (type === identityTyp) return 'identity';
  return type === 'jwt' ? 'workload' : undefined;
}

/** Whether one of the keys signed the assertion. Without keys, nobody did. */
export async function isSignedBy({ text }: Assertion, jwks: JSONWebKeySet | undefined): Promise<boolean> {
  if (jwks === undefined) return false;
  try {
    await verifyByAny(usableKeys(jwks), (keys) => compactVerify(text, keys, { algorithms }));
    return true;
  } catch {
    return false; // keys come from outside, and libraries throw all kinds of errors for malformed ones
  }
}
