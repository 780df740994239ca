import { ruled } from '../../shared/audit/decision.ts';
import type { AuthenticatedClient } from '../../shared/clients/client-authentication.ts';
import { policySettings } from '../../shared/clients/registered-client.ts';
import { redeemCode } from '../../shared/grants/redeem-code.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { parseVerifier } from '../../shared/pkce/code-verifier.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import { mintTokens } from '../../shared/tokens/mint.ts';
import type { FlowOutcome, TokenDeps } from './handler.ts';

/**
 * RFC 6749 §4.1.3 with RFC 7636 §4.5. Whatever can be judged without the grant is judged before its code is spent,
 * and the signing key is there before, too: after the one write nothing is left that could fail but the judgement.
 */
export async function exchangeCode(
  form: Parameters,
  client: AuthenticatedClient,
  deps: TokenDeps,
): Promise<FlowOutcome> {
  const now = deps.now();
  const { clientId } = client;
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
  const note = { client: clientId, ...ruled(rules) };
  const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

  const code = single(form, 'code');
  if (code === undefined) return refused({ reason: 'code_missing' });
  const codeVerifier = parseVerifier(single(form, 'code_verifier'), rules);
  if (!codeVerifier.ok) return refused(codeVerifier.refusal);
  const key = await deps.signingKey();

  const redeemed = await redeemCode(
    { code, codeVerifier: codeVerifier.value, redirectUri: single(form, 'redirect_uri') },
    { clientId, rules },
    deps.grants,
    { now, tokensExpireAt: now + Math.max(deps.accessTokenLifetime, deps.idTokenLifetime) },
  );
  if (!redeemed.ok) return refused(redeemed.refusal);
  const { grant, wouldRefuse } = redeemed.value;
  return {
    ok: true,
    tokens: mintTokens(grant, deps, key, now),
    note: { ...note, method: grant.challenge?.codeChallengeMethod ?? 'none', wouldRefuse: wouldRefuse?.reason },
  };
}
