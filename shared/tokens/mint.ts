import { randomBytes } from 'node:crypto';
import type { Grant } from '../grants/grant.ts';
import { signJws } from '../keys/sign.ts';
import type { SigningKey } from '../keys/signing-key.ts';

/** What is the same for every token of this server. Lifetimes are in seconds. */
export type TokenSettings = {
  issuer: string;
  audience: string;
  accessTokenLifetime: number;
  idTokenLifetime: number;
};

/** RFC 6749 §5.1 and OpenID Connect Core §3.1.3.3. Absent members are absent. */
export type TokenResponse = {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
  id_token?: string;
};

/** The tokens of a redeemed grant. `now` is in epoch seconds. */
export function mintTokens(grant: Grant, settings: TokenSettings, key: SigningKey, now: number): TokenResponse {
  return {
    access_token: signJws({ typ: 'at+jwt' }, accessTokenClaims(grant, settings, now), key),
    token_type: 'Bearer',
    expires_in: settings.accessTokenLifetime,
    scope: grant.scope.join(' '),
    ...(grant.scope.includes('openid') && {
      id_token: signJws({ typ: 'JWT' }, idTokenClaims(grant, settings, now), key),
    }),
  };
}

/** RFC 9068 §2.2. `grant_id` names the grant, so that userinfo and introspection see a revocation at once. */
const accessTokenClaims = (grant: Grant, settings: TokenSettings, now: number) => ({
  iss: settings.issuer,
  sub: grant.sub,
  aud: settings.audience,
  client_id: grant.clientId,
  scope: grant.scope.join(' '),
  iat: now,
  nbf: now,
  exp: now + settings.accessTokenLifetime,
  jti: randomBytes(16).toString('base64url'),
  auth_time: grant.authTime,
  grant_id: grant.id,
});

/** OpenID Connect Core §2. */
const idTokenClaims = (grant: Grant, settings: TokenSettings, now: number) => ({
  iss: settings.issuer,
  sub: grant.sub,
  aud: grant.clientId,
  iat: now,
  exp: now + settings.idTokenLifetime,
  auth_time: grant.authTime,
  nonce: grant.nonce,
});
