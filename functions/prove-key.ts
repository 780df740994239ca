import type { AuthenticatedClient, AuthenticationDeps } from '../shared/clients/client-authentication.ts';
import { type ProofSettings, proofRules } from '../shared/clients/proof-rules.ts';
import type { RegisteredClient } from '../shared/clients/registered-client.ts';
import type { HttpRequest } from '../shared/http/request.ts';
import type { Refusal } from '../shared/oauth/refusal.ts';
import type { VerifyProof } from '../shared/proof/proof-verifier.ts';
import { urlsOf } from '../shared/proof/urls-of.ts';
import { ok, type Result, refuse } from '../shared/result.ts';
import { useProof } from './use-proof.ts';

export type ProveKeyDeps = ProofSettings &
  Pick<AuthenticationDeps, 'assertions'> & {
    issuer: string;
    verifyProof: VerifyProof;
    now: () => number;
  };

/** The thumbprint of the key that a request proved to have, and the nonce for the next proof; both only where there are any. */
export type ProvedKey = { jkt?: string; nonce?: string };

/** RFC 9449 §5, §5.2: as {@link proveSentKey}, and refuses `dpop_proof_missing` for a client whose tokens are always bound. */
export async function proveKey(
  request: HttpRequest,
  client: AuthenticatedClient,
  path: string,
  deps: ProveKeyDeps,
): Promise<Result<ProvedKey, Refusal>> {
  const isMissing = proofRules(client, deps).isRequired && request.header('dpop') === undefined;
  return isMissing ? refuse({ reason: 'dpop_proof_missing' }) : proveSentKey(request, client, path, deps);
}

/**
 * Refuses `dpop_nonce_required` where {@link proveSentKey} will. The answer to that is the nonce, and some clients then send everything
 * else of the request again, their assertion too, so this is asked before an assertion is used up.
 */
export const refuseWithoutNonce =
  (request: HttpRequest, path: string, deps: ProveKeyDeps) =>
  async (client: RegisteredClient): Promise<Refusal | undefined> => {
    const { needsNonce, algorithms } = proofRules(client, deps);
    const header = request.header('dpop');
    if (!needsNonce || header === undefined) return undefined;
    const urls = urlsOf(deps.issuer, path, request);
    const proof = await deps.verifyProof(header, { method: request.method, urls, algorithms, needsNonce });
    return !proof.ok && proof.refusal.reason === 'dpop_nonce_required' ? proof.refusal : undefined;
  };

/**
 * Verifies the DPoP proof, if there is one, that a client sends to an endpoint where it authenticates. `path`: that of the endpoint.
 * Refuses `dpop_proof_invalid`, `dpop_nonce_required`, and `dpop_proof_replayed` for a client whose proofs work once.
 */
export async function proveSentKey(
  request: HttpRequest,
  client: AuthenticatedClient,
  path: string,
  deps: ProveKeyDeps,
): Promise<Result<ProvedKey, Refusal>> {
  const { needsNonce, worksOnce, algorithms } = proofRules(client, deps);
  const header = request.header('dpop');
  if (header === undefined) return ok({});
  const urls = urlsOf(deps.issuer, path, request);
  const proof = await deps.verifyProof(header, { method: request.method, urls, algorithms, needsNonce });
  if (!proof.ok || !worksOnce) return proof;
  return (await useProof(proof.value, deps.assertions, deps.now())) ? proof : refuse({ reason: 'dpop_proof_replayed' });
}
