import type { AssertionStore } from '../shared/clients/assertion-store.ts';
import type { Proof } from '../shared/proof/verify-proof.ts';

/** Seconds for which a proof that works once is remembered: longer than one with or without a nonce can be good. */
const proofRemembered = 180;

export type ProofUses = Pick<AssertionStore, 'use'>;

/** Takes a proof of a client whose proofs work once (RFC 9449 §11.1). False: it was taken before. */
export const useProof = (
  { jkt, jti }: Pick<Proof, 'jkt' | 'jti'>,
  assertions: ProofUses,
  now: number,
): Promise<boolean> => assertions.use(`proof ${jkt}`, jti, now + proofRemembered);
