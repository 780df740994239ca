import type { BoundChallenge } from '../pkce/code-challenge.ts';

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
  scope: readonly string[];
  redirectUri: string;
  /** Whether the authorization request named the redirect URI; if so the token request may have to repeat it. */
  redirectUriSent: boolean;
  challenge?: BoundChallenge | undefined;
  nonce?: string | undefined;
  /** When the person signed in. */
  authTime: number;
  issuedAt: number;
  /** From this moment on the code is worth nothing. */
  expiresAt: number;
  redeemedAt?: number | undefined;
  revokedAt?: number | undefined;
};
