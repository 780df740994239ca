import type { PresentedToken } from '../http/bearer.ts';
import type { Refusal } from '../oauth/refusal.ts';
import type { VerifyProof } from '../proof/proof-verifier.ts';
import type { Proof } from '../proof/verify-proof.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { AccessTokenClaims } from './access-token.ts';

/** A request at a protected resource. */
export type ResourceRequest = {
  method: string;
  /** What a proof may name as the URL of the request. */
  urls: readonly string[];
  /** The value of the DPoP header. */
  proof: string | undefined;
};

export type ProveTokenDeps = { verifyProof: VerifyProof; dpopNonces: boolean };

/**
 * RFC 9449 §7.1: whether an access token that is otherwise good was sent as it must be: one that is bound to a key with the DPoP scheme
 * and a proof of that key for this request and this token, any other as a bearer token. Refuses each as the other, a proof that is not
 * good, and one of another key. Returns what the proof has proved, if there was one.
 */
export async function proveToken(
  { scheme, token }: PresentedToken,
  { cnf }: Pick<AccessTokenClaims, 'cnf'>,
  { method, urls, proof }: ResourceRequest,
  { verifyProof, dpopNonces }: ProveTokenDeps,
): Promise<Result<Proof | { nonce?: never }, Refusal>> {
  if (cnf === undefined) return scheme === 'Bearer' ? ok({}) : refuse({ reason: 'access_token_not_bound' });
  if (scheme === 'Bearer') return refuse({ reason: 'access_token_bound' });
  if (proof === undefined) return refuse({ reason: 'dpop_proof_missing' });
  const proved = await verifyProof(proof, { method, urls, accessToken: token, needsNonce: dpopNonces });
  if (!proved.ok) return proved;
  return proved.value.jkt === cnf.jkt ? proved : refuse({ reason: 'access_token_of_another_key' });
}
