import { findApis } from '../../shared/apis/token-target.ts';
import { ruled } from '../../shared/audit/decision.ts';
import type { AuthenticatedClient } from '../../shared/clients/client-authentication.ts';
import { policySettings, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { redeemCode } from '../../shared/grants/redeem-code.ts';
import { firstRefreshToken, formatRefreshToken, refreshHash } from '../../shared/grants/refresh-token.ts';
import { multiple, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { parseVerifier } from '../../shared/pkce/code-verifier.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import type { FlowOutcome, TokenDeps } from './handler.ts';
import { loadKeys, tokenResponse } from './token-response.ts';

/**
 * RFC 6749 §4.1.3 with RFC 7636 §4.5. Whatever can be judged without the grant is judged before its code is spent,
 * and the keys are there before, too: after the one write nothing is left that could fail but the judgement.
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
  const resources = multiple(form, 'resource');
  const known = resources.length > 0 ? findApis(resources, await deps.apis.list()) : undefined;
  if (known && !known.ok) return refused(known.refusal);
  const keys = await loadKeys(client, deps);
  if (!keys.ok) return refused(keys.refusal);
  const refresh = await prepareRefresh(grantId(code), client, deps, now);

  const redeemed = await redeemCode(
    { code, codeVerifier: codeVerifier.value, redirectUri: single(form, 'redirect_uri') },
    { clientId, rules },
    deps.grants,
    {
      now,
      tokensExpireAt: now + Math.max(deps.accessTokenLifetime, deps.idTokenLifetime),
      refresh: refresh?.state,
      within: { resources },
    },
  );
  if (!redeemed.ok) return refused(redeemed.refusal);
  const { grant, wouldRefuse } = redeemed.value;
  const apis = known ?? (await grantedApis(grant.resources, deps));
  if (!apis.ok) return refused(apis.refusal);
  const { scope, nonce } = grant;
  const answer = { scope, apis: apis.value, nonce, refreshToken: refresh?.token };
  const tokens = await tokenResponse(grant, answer, keys.value, deps, now);
  if (!tokens.ok) return refused(tokens.refusal);
  return {
    ok: true,
    tokens: tokens.value,
    note: { ...note, method: grant.challenge?.codeChallengeMethod ?? 'none', wouldRefuse: wouldRefuse?.reason },
  };
}

/** A client registered for the refresh_token grant gets a refresh token; the write that spends the code sets it up. */
async function prepareRefresh(id: string, client: RegisteredClient, deps: TokenDeps, now: number) {
  if (!client.grantTypes.includes('refresh_token')) return undefined;
  const first = firstRefreshToken(id);
  return {
    token: formatRefreshToken(first, await deps.refreshKeys()),
    state: {
      hash: refreshHash(first),
      generation: 0,
      idleUntil: now + (client.refreshTokenIdleLifetime ?? deps.refreshIdleLifetime),
      endsAt: now + (client.refreshTokenLifetime ?? deps.refreshLifetime),
    },
  };
}

/** The APIs of the authorization; when one was deregistered since, there are no tokens. */
export async function grantedApis(resources: readonly string[], deps: Pick<TokenDeps, 'apis'>) {
  return findApis(resources, resources.length > 0 ? await deps.apis.list() : []);
}
