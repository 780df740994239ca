import type { Account } from '../../shared/people/account.ts';

import type { WaysThatCount } from '../../shared/people/still-valid.ts';

/*
 * Making a passkey, in two steps: for somebody who is signed in, and for somebody with an invitation. What both steps need.
 */

/** For whom, and in which browser: a secret that only this browser has. The challenge is good there, for this account, once. */
export type PasskeyMaking = {
  account: Pick<Account, 'sub' | 'username' | 'email' | 'claims'> & WaysThatCount;
  browser: string;
};

/** The algorithms that authenticators have: EdDSA, ES256 and RS256, as COSE numbers (RFC 9053). */
export const passkeyAlgorithms = [-8, -7, -257];
