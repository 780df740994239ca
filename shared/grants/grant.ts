import type { BoundChallenge } from '../pkce/bound-challenge.ts';

/**
 * What a person granted to a client, one item for its whole life: issued (a code can redeem it) → redeemed → revoked, or expired.
 * Times are epoch seconds.
 */
export type Grant = {
  /** SHA-256 of the code, in base64url. The code itself is kept nowhere. */
  id: string;
  state: 'issued' | 'redeemed' | 'revoked';
  clientId: string;
  /** The subject: the account that granted. */
  sub: string;
  /** What it was made under: the epoch of its session, and the one of its client; see shared/people/still-valid.ts. */
  epoch: number;
  clientEpoch: number;
  scope: readonly string[];
  /** The APIs the tokens are for (RFC 8707); empty: the default audience. */
  resources: readonly string[];
  redirectUri: string;
  /** Whether the authorization request named the redirect URI; if so the token request may have to repeat it. */
  redirectUriSent: boolean;
  challenge?: BoundChallenge | undefined;
  nonce?: string | undefined;
  /** Claims that were asked for by name: their names for userinfo, their values of then for the ID token. */
  userinfoClaims?: readonly string[] | undefined;
  idTokenClaims?: Readonly<Record<string, unknown>> | undefined;
  /** When the person signed in, how (RFC 8176), and the authentication context class that is told (OpenID Connect Core §2). */
  authTime: number;
  /** For clients that want to be told when the session ends (OpenID Connect Back-Channel Logout §2.1). */
  sid?: string | undefined;
  amr: readonly string[];
  acr: string;
  issuedAt: number;
  /** From this moment on the code is worth nothing. */
  expiresAt: number;
  redeemedAt?: number | undefined;
  refresh?: RefreshState | undefined;
  revokedAt?: number | undefined;
};

/** Where the refresh tokens of a grant stand. Only hashes of their secrets are kept. */
export type RefreshState = {
  hash: string;
  /** The one before, which still works for the grace period after `rotatedAt`. */
  previousHash?: string | undefined;
  rotatedAt?: number | undefined;
  generation: number;
  /** Unused until then, it is over. */
  idleUntil: number;
  /** Over at the latest, however often it is used. */
  endsAt: number;
};
