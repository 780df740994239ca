import type { KeyObject } from 'node:crypto';
import { once } from '../cached.ts';
import type { Refusal } from '../oauth/refusal.ts';
import type { Result } from '../result.ts';
import type { Proof, ProofDemand } from './verify-proof.ts';

/** Verifies the value of a DPoP header; see verify-proof.ts. `needsNonce`: only with a fresh nonce of this server. */
export type VerifyProof = (
  header: string,
  demand: Omit<ProofDemand, 'nonceKey' | 'now'> & { needsNonce: boolean },
) => Promise<Result<Proof, Refusal>>;

const loadProofs = once(() => import('./verify-proof.ts'));

/** `nonceKey` is asked only where a nonce is needed. What verifies is read when the first proof comes. */
export const proofVerifier =
  (nonceKey: () => Promise<KeyObject>, now: () => number): VerifyProof =>
  async (header, { needsNonce, ...demand }) => {
    const [{ verifyProof }, key] = await Promise.all([loadProofs(), needsNonce ? nonceKey() : undefined]);
    return verifyProof(header, { ...demand, nonceKey: key, now: now() });
  };
