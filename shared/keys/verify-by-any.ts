import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/**
 * Verifies a JWT with the key of a set that it names. Where it names none, because `kid` is optional (RFC 7515 §4.1.4), every key that
 * fits its `alg` is tried, for whoever changes keys has two for a while. Returns what `verify` returns for the key that signed it;
 * throws what `verify` throws, and jose's JWSSignatureVerificationFailed where none of several keys signed it.
 */
export async function verifyByAny<Verified>(
  jwks: JSONWebKeySet,
  verify: (keys: JWTVerifyGetKey) => Promise<Verified>,
): Promise<Verified> {
  try {
    return await verify(createLocalJWKSet(jwks));
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    return tryEach(error, verify);
  }
}

async function tryEach<Verified>(
  keys: AsyncIterable<CryptoKey>,
  verify: (keys: JWTVerifyGetKey) => Promise<Verified>,
): Promise<Verified> {
  for await (const key of keys) {
    try {
      return await verify(() => key);
    } catch (error) {
      if (isAboutClaims(error)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Claims are looked at once a key has signed them. */
const isAboutClaims = (error: unknown): boolean =>
  [errors.JWTExpired, errors.JWTClaimValidationFailed, errors.JWTInvalid].some((kind) => error instanceof kind);
