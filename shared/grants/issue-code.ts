import type { BoundChallenge } from '../pkce/bound-challenge.ts';
import { generateSecret, hashSecret } from '../secret.ts';
import type { Grant } from './grant.ts';

/** What /authorize found to be granted. Times are in epoch seconds. */
export type GrantedRequest = Pick<
  Grant,
  | 'clientId'
  | 'sub'
  | 'scope'
  | 'resources'
  | 'redirectUri'
  | 'redirectUriSent'
  | 'nonce'
  | 'authTime'
  | 'sid'
  | 'amr'
  | 'acr'
  | 'userinfoClaims'
  | 'idTokenClaims'
> & { challenge?: BoundChallenge | undefined };

/** Makes a code of 256 random bits and a grant that stores only its hash (RFC 6749 §4.1.2). `lifetime` is in seconds. */
export function issueCode(granted: GrantedRequest, now: number, lifetime: number): { code: string; grant: Grant } {
  const code = generateSecret();
  const grant: Grant = { ...granted, id: grantId(code), state: 'issued', issuedAt: now, expiresAt: now + lifetime };
  return { code, grant };
}

/** Returns the id of a code's grant: the hash of the code. */
export const grantId = (code: string): string => hashSecret(code);
