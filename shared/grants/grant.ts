import type { Detail } from '../oauth/authorization-details.ts';
import type { BoundChallenge } from '../pkce/bound-challenge.ts';

/**
 * What a person granted to a client. One item lives through all states: issued (a code can redeem it), redeemed, then revoked or
 * expired. Times are in epoch seconds.
 */
export type Grant = {
  /** SHA-256 of the code in base64url. The code itself is never stored. */
  id: string;
  /** The same, for a pushed request: its grant has the id of the request. */
  codeHash?: string | undefined;
  state: 'issued' | 'redeemed' | 'revoked';
  clientId: string;
  /** Which of the clients that have had this id; see shared/clients/since.ts. */
  clientSince?: string | undefined;
  /** The subject: the account that made the grant. */
  sub: string;
  /** What the client knows the person by, if not by that (OpenID Connect Core §8.1); decided once, when the grant is made. */
  subject?: string | undefined;
  /** What it was made under: the epoch of its session, and the one of its client; see shared/people/still-valid.ts. */
  epoch: number;
  clientEpoch: number;
  scope: readonly string[];
  /** What was granted beside the scope (RFC 9396), as it was asked for. */
  details?: readonly Detail[] | undefined;
  /** The APIs the tokens are for (RFC 8707). When empty, the default audience. */
  resources: readonly string[];
  redirectUri: string;
  /** Whether the authorization request named the redirect URI; the token request may then have to repeat it. */
  redirectUriSent: boolean;
  challenge?: BoundChallenge | undefined;
  /** The thumbprint of the key that the code is bound to (RFC 9449 §10). */
  dpopJkt?: string | undefined;
  nonce?: string | undefined;
  /** Claims requested by name: their names for userinfo, and their values at that time for the ID token. */
  userinfoClaims?: readonly string[] | undefined;
  idTokenClaims?: Readonly<Record<string, unknown>> | undefined;
  /** When and how (RFC 8176) the person signed in, and the authentication context class to report (OpenID Connect Core §2). */
  authTime: number;
  /** Our id of the session. Clients to be told when it ends know it by another one (shared/people/told-session-id.ts). */
  sid?: string | undefined;
  amr: readonly string[];
  acr: string;
  issuedAt: number;
  /** The code is invalid from this moment on. */
  expiresAt: number;
  redeemedAt?: number | undefined;
  refresh?: RefreshState | undefined;
  revokedAt?: number | undefined;
  /** A budget: how often tokens may be had by the grant after its code, and how often they were. */
  maxUses?: number | undefined;
  uses?: number | undefined;
};

/** The subject of the grant's tokens. */
export const toldSubject = ({ sub, subject = sub }: Pick<Grant, 'sub' | 'subject'>): string => subject;

/** The state of a grant's refresh tokens. Only hashes of their secrets are stored. */
export type RefreshState = {
  hash: string;
  generation: number;
  /** The thumbprint of the key that they are bound to: those of public clients that sent a proof (RFC 9449 §5). */
  jkt?: string | undefined;
  /** When the last replaced tokens were first used, newest first; 0 where there was none. Older tokens are judged by these. */
  rotations: readonly number[];
  /** When the current token was first used, for a client that keeps its token. */
  usedAt?: number | undefined;
  /** The grant ends here unless it is refreshed before. */
  idleUntil: number;
  /** The grant ends here, however often it is refreshed. */
  endsAt: number;
};

/** The state before any use. */
export type FirstRefreshState = Omit<RefreshState, 'rotations' | 'usedAt'>;
