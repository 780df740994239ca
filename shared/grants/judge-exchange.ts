import type { Refusal } from '../oauth/refusal.ts';
import { type JudgedProof, judgeProof } from '../pkce/code-verifier.ts';
import type { PkceRules } from '../pkce/policy.ts';
import { type Result, refuse } from '../result.ts';
import type { Grant } from './grant.ts';
import { isWithin, type Within } from './within.ts';

/** The part of a token request that is judged against the grant. */
export type ExchangeRequest = {
  redirectUri?: string | undefined;
  codeVerifier?: string | undefined;
  /** The thumbprint of the key that the request proved to have. */
  jkt?: string | undefined;
  /** Whether it comes with a device code (RFC 8628 §3.4). */
  isDevice?: boolean | undefined;
};

/**
 * Judges whether a token request matches the authorization that made the grant (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 8628 §3.4,
 * RFC 9700 §4.8.2, RFC 9449 §10).
 * Pure. Runs after the code is spent, so a refusal leaves it spent.
 */
export function judgeExchange(request: ExchangeRequest, grant: Grant, rules: PkceRules): Result<JudgedProof, Refusal> {
  // What a device asked for has no redirect URI.
  if ((grant.redirectUri === '') !== Boolean(request.isDevice)) return refuse({ reason: 'code_of_another_grant_type' });
  const redirect = refuseRedirectUri(request.redirectUri, grant);
  if (redirect) return refuse(redirect);
  if (grant.dpopJkt !== undefined && grant.dpopJkt !== request.jkt) return refuse({ reason: 'code_of_another_key' });
  return judgeProof(grant.challenge, request.codeVerifier, rules);
}

/** A redirect URI must equal the authorization request's. It may be left out only when PKCE binds the code (OAuth 2.1 §4.1.3). */
function refuseRedirectUri(sent: string | undefined, grant: Grant): Refusal | undefined {
  if (sent !== undefined) return sent === grant.redirectUri ? undefined : { reason: 'redirect_uri_differs' };
  return grant.redirectUriSent && !grant.challenge ? { reason: 'redirect_uri_required' } : undefined;
}

/** Whether `clientId` can spend the code of this grant at `now`. Mirrors the condition of the write. */
export const isSpendable = (grant: Grant, clientId: string, now: number): boolean =>
  grant.clientId === clientId && grant.state === 'issued' && now < grant.expiresAt;

/** Refuses a grant of whose scope the client is registered for nothing any more. Runs after the code is spent, too. */
export const refuseLostScope = (grant: Grant, someScope: readonly string[]): Refusal | undefined =>
  isWithin({ someScope }, grant) ? undefined : { reason: 'scope_not_registered' };

/**
 * Tells why a code could not be spent: it is unknown, another client's, already spent or expired, or the request asks for an API
 * or for authorization details that were not granted.
 */
export function refuseUnspendable(
  grant: Grant | undefined,
  clientId: string,
  now: number,
  { details }: Within = {},
): Refusal {
  if (grant === undefined) return { reason: 'code_unknown' };
  if (grant.clientId !== clientId) return { reason: 'code_of_another_client' };
  if (grant.state !== 'issued') return { reason: 'code_spent' };
  if (now >= grant.expiresAt) return { reason: 'code_expired' };
  return { reason: isWithin({ details }, grant) ? 'resource_not_granted' : 'authorization_details_not_granted' };
}
