import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { accessTokenTyps } from '../apis/registered-api.ts';
import type { JwkSet } from '../keys/loaded-keys.ts';
import { signingAlgorithms } from '../keys/signing-key.ts';

/** The claims of one of our access tokens (RFC 9068 §2.2). Times are in epoch seconds. */
export type AccessTokenClaims = {
  iss: string;
  sub: string;
  aud: string | string[];
  client_id: string;
  scope?: string;
  iat: number;
  exp: number;
  jti: string;
  auth_time?: number;
  grant_id?: string;
  /** One of the claims of the person, which are there for APIs that have them in their tokens. */
  preferred_username?: unknown;
  /** RFC 9396 §9.1. */
  authorization_details?: unknown[];
  /** Who acts for the person, and who may (RFC 8693 §4.1, §4.4). */
  act?: Actor;
  may_act?: { sub: string };
  /** The thumbprint of the key that the token is bound to (RFC 9449 §6.1). */
  cnf?: { jkt: string };
};

/** A client that acts for somebody, and inside the one that did so before it. */
export type Actor = { sub: string; act?: Actor };

/** The ids of all who act by a token, the last one first. */
export const actorsOf = ({ act }: Pick<AccessTokenClaims, 'act'>): string[] =>
  act === undefined ? [] : [act.sub, ...actorsOf(act)];

/** Every access token of ours has these, and no ID token or logout token has all of them. */
const requiredClaims = ['sub', 'aud', 'client_id', 'exp', 'iat', 'jti'];

/**
 * Verifies an access token (RFC 9068 §4), of either type that we give one. Returns its claims if this issuer made it and it is valid
 * at `now` (epoch seconds), else undefined. An ID token has the type `JWT`, too, but never the `client_id` and `jti` of an access
 * token (RFC 8725 §3.12). Only our own published keys count: ignores `jku`, `x5u` and `jwk` in the header, and rejects `crit` and
 * `alg: none`.
 */
export async function readAccessToken(
  token: string,
  issuer: string,
  keys: JwkSet,
  now: number,
): Promise<AccessTokenClaims | undefined> {
  if (token.length > 8_192) return undefined;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer,
      algorithms: [...signingAlgorithms],
      currentDate: new Date(now * 1_000),
      requiredClaims,
    });
    const isTyped = accessTokenTyps.some((typ) => typ === protectedHeader.typ);
    return isTyped ? (payload as AccessTokenClaims) : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}
