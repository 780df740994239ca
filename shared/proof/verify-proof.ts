import type { KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import type { Refusal } from '../oauth/refusal.ts';
import type { ProofAlgorithm } from '../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../result.ts';
import { judgeProof, type ProvedRequest } from './judge-proof.ts';
import { isFreshNonce, nonceAt } from './nonce.ts';
import { type ReadProof, readProof } from './read-proof.ts';

/*
 * Read when the first proof comes: this file is a chunk of its own, so that requests without a proof do not wait for it.
 */

/** What a proof has proved: who has the key, by its thumbprint (RFC 7638), and the id of the proof. */
export type Proof = {
  jkt: string;
  jti: string;
  /** For the next proof, where nonces are needed. */
  nonce?: string;
};

/** What is asked of a proof. */
export type ProofDemand = ProvedRequest & {
  /** @default every one that the server announces */
  algorithms?: readonly ProofAlgorithm[] | undefined;
  /** The key of the nonces, where a proof needs one. */
  nonceKey?: KeyObject | undefined;
  /** Epoch seconds. */
  now: number;
};

/**
 * Verifies a DPoP proof, the value of the DPoP header (RFC 9449 §4.3). Cheap checks come first: of a proof that is refused by its form,
 * key, request or nonce, no signature is verified. Refuses `dpop_proof_invalid` and `dpop_nonce_required`.
 */
export async function verifyProof(header: string, demand: ProofDemand): Promise<Result<Proof, Refusal>> {
  const { algorithms, nonceKey, now } = demand;
  const read = readProof(header, algorithms);
  if ('problem' in read) return invalid(read.problem);
  const problem = judgeProof(read, demand, nonceKey !== undefined, now);
  if (problem !== undefined) return invalid(problem);
  const nonce = nonceKey && nonceAt(nonceKey, now);
  if (nonceKey && !isFreshNonce(nonceKey, read.claims['nonce'], now)) {
    return refuse({ reason: 'dpop_nonce_required', nonce: nonce as string });
  }
  if (!(await isSigned(read))) return invalid('Its signature is not of its jwk.');
  const jkt = await calculateJwkThumbprint(read.key);
  return ok({ jkt, jti: read.claims['jti'] as string, ...(nonce !== undefined && { nonce }) });
}

async function isSigned({ text, key, algorithm }: ReadProof): Promise<boolean> {
  try {
    await compactVerify(text, await importJWK(key, algorithm), { algorithms: [algorithm] });
    return true;
  } catch {
    // The key comes from outside, and the library throws all kinds of errors for points that are on no curve.
    return false;
  }
}

const invalid = (because: string) => refuse({ reason: 'dpop_proof_invalid', because });
