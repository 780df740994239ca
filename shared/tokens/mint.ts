import { hash } from 'node:crypto';
import type { TokenTarget } from '../apis/token-target.ts';
import { type Grant, toldSubject } from '../grants/grant.ts';
import { signJws } from '../keys/sign.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { type Detail, type DetailMembers, membersOf } from '../oauth/authorization-details.ts';
import { toldSessionId } from '../people/told-session-id.ts';
import { randomId } from '../random-bytes.ts';
import type { AccessTokenClaims } from './access-token.ts';

/** A token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export type TokenResponse = {
  access_token: string;
  token_type: 'Bearer' | 'DPoP';
  expires_in: number;
  scope?: string;
  /** RFC 9396 §7. */
  authorization_details?: DetailMembers[];
  refresh_token?: string;
  id_token?: string;
  /** RFC 8693 §2.2.1. */
  issued_token_type?: string;
  /** The APIs that a token for an identity assertion is for, as a text where it is one (ID-JAG, processing rules). */
  resource?: string | readonly string[];
} & Partial<RefreshLifetimes>;

/** In seconds. */
export type RefreshLifetimes = Record<
  'refresh_token_expires_in' | 'refresh_token_timeout' | 'authorization_expires_in',
  number
>;

/** Whom an access token speaks for: a person who granted it or, without a grant, the client itself. */
export type Bearer = Pick<Grant, 'clientId' | 'sub'> & {
  grantId?: string;
  authTime?: number;
  acr?: string;
  /** Who acts for the person, and who may. */
  acting?: Pick<AccessTokenClaims, 'act' | 'may_act'> | undefined;
  /** RFC 9396 §9.1. */
  details?: readonly Detail[] | undefined;
  /** The thumbprint of the key that the token is bound to (RFC 9449 §6.1). */
  jkt?: string | undefined;
  /** Claims added by the operator. Those of the protocol override them. */
  added?: Readonly<Record<string, unknown>> | undefined;
};

/**
 * Mints an access token (RFC 9068 §2.2), without `nbf`: many verifiers check that one to the second, whose clock may be a second
 * behind. `grant_id` names the grant, so that userinfo and introspection notice a revocation at
 * once. `now` is in epoch seconds.
 */
export function mintAccessToken(
  bearer: Bearer,
  { audience, scope, lifetime, typ }: Omit<TokenTarget, 'hasClaims'>,
  issuer: string,
  key: SigningKey,
  now: number,
): Promise<string> {
  const claims = {
    ...bearer.added,
    iss: issuer,
    sub: bearer.sub,
    aud: audience,
    client_id: bearer.clientId,
    ...scopeMember(scope),
    iat: now,
    exp: now + lifetime,
    jti: randomId(),
    auth_time: bearer.authTime,
    acr: bearer.acr,
    grant_id: bearer.grantId,
    authorization_details: detailsMember(bearer.details).authorization_details,
    act: bearer.acting?.act,
    may_act: bearer.acting?.may_act,
    cnf: bearer.jkt === undefined ? undefined : { jkt: bearer.jkt },
  };
  return signJws({ typ }, claims, key);
}

/** A token is sent with the DPoP scheme exactly when it is bound to a key (RFC 9449 §5). */
export const tokenType = (jkt: string | undefined): TokenResponse['token_type'] =>
  jkt === undefined ? 'Bearer' : 'DPoP';

/** Omits an empty scope, which some clients cannot read. */
export const scopeMember = (scope: readonly string[]): { scope?: string } =>
  scope.length > 0 ? { scope: scope.join(' ') } : {};

/** Omits an empty list: `authorization_details` is there only where something was granted by it. */
export const detailsMember = (details: readonly Detail[] = []): { authorization_details?: DetailMembers[] } =>
  details.length > 0 ? { authorization_details: details.map(membersOf) } : {};

/**
 * What binds an ID token to its context: the nonce at the first issue, the access token beside it (§3.1.3.6), and the code when both
 * are sent together (§3.3.2.11).
 * `added` holds claims from the operator.
 */
export type IdTokenContext = {
  nonce?: string | undefined;
  accessToken?: string | undefined;
  code?: string | undefined;
  added?: Readonly<Record<string, unknown>> | undefined;
};

/**
 * Mints an ID token (OpenID Connect Core §2). `idTokenLifetime` is in seconds. It never has the claims that every access token has,
 * which tell the two apart where both have the type `JWT` (RFC 8725 §3.12).
 */
export function mintIdToken(
  grant: Pick<Grant, 'clientId' | 'sub' | 'subject' | 'authTime' | 'sid' | 'amr' | 'acr' | 'idTokenClaims'>,
  { nonce, accessToken, code, added }: IdTokenContext,
  { issuer, idTokenLifetime }: { issuer: string; idTokenLifetime: number },
  key: SigningKey,
  now: number,
): Promise<string> {
  const claims = {
    ...grant.idTokenClaims,
    ...added,
    ...withoutAccessClaims,
    iss: issuer,
    sub: toldSubject(grant),
    aud: grant.clientId,
    iat: now,
    exp: now + idTokenLifetime,
    auth_time: grant.authTime,
    acr: grant.acr,
    amr: grant.amr.length > 0 ? grant.amr : undefined,
    sid: grant.sid === undefined ? undefined : toldSessionId(grant.sid, grant.subject),
    nonce,
    at_hash: accessToken === undefined ? undefined : halfHash(accessToken, key),
    c_hash: code === undefined ? undefined : halfHash(code, key),
  };
  return signJws({ typ: 'JWT' }, claims, key);
}

const withoutAccessClaims = { client_id: undefined, jti: undefined, scope: undefined, grant_id: undefined };

/** Returns the left half of the hash for the key's algorithm: SHA-256, or SHA-512 for Ed25519 (§3.3.2.11). */
function halfHash(text: string, { algorithm }: SigningKey): string {
  const digest = hash(algorithm === 'EdDSA' ? 'sha512' : 'sha256', text, 'buffer');
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
