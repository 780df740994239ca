import { compactVerify, createLocalJWKSet, errors } from 'jose';
import type { JwkSet } from '../keys/loaded-keys.ts';
import { signingAlgorithms } from '../keys/signing-key.ts';

export type HintClaims = { sub: string; aud: string };

/**
 * Returns the claims of an ID token that we signed, whatever its age, or undefined for anything else, such as an access token of the
 * type `JWT`. A hint can only make a request stricter; it never authenticates anybody.
 */
export async function readIdTokenHint(hint: string, issuer: string, keys: JwkSet): Promise<HintClaims | undefined> {
  if (hint.length > 8_192) return undefined;
  try {
    const { payload, protectedHeader } = await compactVerify(hint, createLocalJWKSet(keys), {
      algorithms: [...signingAlgorithms],
    });
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    return protectedHeader.typ === 'JWT' && isOurs(claims, issuer) ? claims : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError || error instanceof TypeError)
      return undefined;
    throw error;
  }
}

function isOurs(claims: unknown, issuer: string): claims is HintClaims {
  const { iss, sub, aud, client_id: isAccessToken } = claims as Record<string, unknown>;
  return iss === issuer && typeof sub === 'string' && typeof aud === 'string' && isAccessToken === undefined;
}
