import type { Home } from '../home.ts';
import type { BoundChallenge } from '../pkce/bound-challenge.ts';
import { hashSecret } from '../secret.ts';
import { newCode } from './code.ts';
import type { Grant } from './grant.ts';
import type { RefreshKeys } from './refresh-token.ts';

/** What /authorize found to be granted. Times are in epoch seconds. */
export type GrantedRequest = Pick<
  Grant,
  | 'clientId'
  | 'clientSince'
  | 'sub'
  | 'subject'
  | 'epoch'
  | 'clientEpoch'
  | 'scope'
  | 'details'
  | 'resources'
  | 'redirectUri'
  | 'redirectUriSent'
  | 'dpopJkt'
  | 'nonce'
  | 'authTime'
  | 'sid'
  | 'amr'
  | 'acr'
  | 'userinfoClaims'
  | 'idTokenClaims'
> & { challenge?: BoundChallenge | undefined };

/** `codeHash`: of a grant in the place of a pushed request, whose id is not made from the code. */
export type IssuedGrant = Grant & { codeHash?: string };

/**
 * RFC 6749 §4.1.2: makes a code of 256 random bits that names its person, sealed, and the grant that keeps only its hash. `lifetime`
 * is in seconds. For a pushed request, the grant is in its place. `home`: the region of both.
 */
export function issueCode(
  granted: GrantedRequest,
  keys: RefreshKeys,
  now: number,
  lifetime: number,
  pushedId?: string,
  home?: Home,
): { code: string; grant: IssuedGrant } {
  const code = newCode(granted.sub, keys, pushedId, home);
  const made = { ...granted, state: 'issued', issuedAt: now, expiresAt: now + lifetime } as const;
  if (pushedId === undefined) return { code, grant: { ...made, id: grantId(code) } };
  return { code, grant: { ...made, id: pushedId, codeHash: hashSecret(code) } };
}

/** Returns the id of a code's grant: the hash of the code. */
export const grantId = (code: string): string => hashSecret(code);
