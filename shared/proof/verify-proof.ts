import type { KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { cachedByKey } from '../cached.ts';
import type { Refusal } from '../oauth/refusal.ts';
import type { ProofAlgorithm } from '../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../result.ts';
import { judgeProof, type ProvedRequest } from './judge-proof.ts';
import { isFreshNonce, nonceAt } from './nonce.ts';
import type { ProofKey } from './proof-key.ts';
import { isSignedBy, openProofKey } from './proof-signature.ts';
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
  const jkt = await thumbprintIfSigned(read);
  if (jkt === undefined) return invalid('Its signature is not of its jwk.');
  return ok({ jkt, jti: read.claims['jti'] as string, ...(nonce !== undefined && { nonce }) });
}

/** Returns the thumbprint (RFC 7638) of the key, if it made the signature. */
async function thumbprintIfSigned({ text, key, algorithm }: ReadProof): Promise<string | undefined> {
  try {
    const opened = await openKey(JSON.stringify(key));
    return isSignedBy(text, algorithm, opened.key) ? opened.jkt : undefined;
  } catch {
    // The key comes from outside, and points that are on no curve throw.
    return undefined;
  }
}

/** A client keeps its key, so the last ones are kept ready: that takes half of the time of a proof. */
const openKey = cachedByKey(
  async (text) => {
    const key = JSON.parse(text) as ProofKey;
    return { key: openProofKey(key), jkt: await calculateJwkThumbprint(key) };
  },
  300,
  () => Math.floor(Date.now() / 1_000),
  100,
);

const invalid = (because: string) => refuse({ reason: 'dpop_proof_invalid', because });
