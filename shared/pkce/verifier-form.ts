import type { PkceRules } from './policy.ts';

/* The form of a code verifier (RFC 7636 §4.1), and so of a `plain` challenge. */

export const unreserved = /^[A-Za-z0-9._~-]*$/;
export const maximumVerifierLength = 128;
export const minimumVerifierLength = (rules: Pick<PkceRules, 'acceptShortVerifier'>): number =>
  rules.acceptShortVerifier ? 8 : 43;
