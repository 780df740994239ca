import { type ProofAlgorithm, proofAlgorithms } from '../oauth/server-metadata.ts';
import { isUnderProfile, profileClientAlgorithms } from './profile.ts';
import type { RegisteredClient } from './registered-client.ts';

/** What the deployment says about DPoP proofs. */
export type ProofSettings = {
  /** Whether every proof needs a nonce of this server. */
  dpopNonces: boolean;
};

/** What is asked of the DPoP proofs of one client. */
export type ProofRules = {
  /** Every token request has a proof (RFC 9449 §5.2). */
  isRequired: boolean;
  /** RFC 9449 §8. */
  needsNonce: boolean;
  /** A proof is taken once (RFC 9449 §11.1), which costs a write. */
  worksOnce: boolean;
  algorithms: readonly ProofAlgorithm[];
};

export const proofRules = (
  { dpopBoundAccessTokens, dpopNonceRequired, dpopReplayDetection, profile }: RegisteredClient,
  { dpopNonces }: ProofSettings,
): ProofRules => ({
  isRequired: dpopBoundAccessTokens === true,
  needsNonce: dpopNonces || dpopNonceRequired === true,
  worksOnce: dpopReplayDetection === true,
  algorithms: isUnderProfile({ profile }) ? profileClientAlgorithms : proofAlgorithms,
});
