import { findApis, resourcesOf } from '../../shared/apis/token-target.ts';
import { ruled, whatWasDropped } from '../../shared/audit/decision.ts';
import type { AuthenticatedClient } from '../../shared/clients/client-authentication.ts';
import { isPublic, policySettings, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import { readCode } from '../../shared/grants/code.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import { judgeStanding, refuseEarlierClient } from '../../shared/grants/judge-standing.ts';
import { findRedeemable, redeemCode } from '../../shared/grants/redeem-code.ts';
import { refreshRules } from '../../shared/grants/refresh-grant.ts';
import { firstRefreshToken, type RefreshKeys, refreshHash } from '../../shared/grants/refresh-token.ts';
import { multiple, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Account } from '../../shared/people/account.ts';
import { parseVerifier } from '../../shared/pkce/code-verifier.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import { accountFinder, claimsBefore, withAccountBeside } from './account-beside.ts';
import { askedDetails, detailsFor } from './asked-details.ts';
import type { FlowOutcome, TokenDeps } from './grant-flow.ts';
import { limitGrants } from './limit-grants.ts';
import { dependsOnOthers, loadKeys, refreshMembers, tokenResponse, tokensHaveClaims } from './token-response.ts';

/**
 * RFC 6749 §4.1.3 with RFC 7636 §4.5. Whatever can be judged without the grant is judged before its code is spent, and the keys
 * and the list of APIs are there before, too. Where others have a part in the tokens (a hook, KMS), the tokens are made before as
 * well, for a grant that was looked at. So after the one write nothing is left that could fail but the judgement, and only who
 * won the write gets tokens. The account is read beside the write: whoever took back what they granted is obeyed. Scope values that
 * the client has lost since the code was issued are left out, as at a refresh.
 */
export async function exchangeCode(
  form: Parameters,
  client: AuthenticatedClient,
  deps: TokenDeps,
  jkt: string | undefined,
): Promise<FlowOutcome> {
  return redeem({ code: single(form, 'code') }, form, client, deps, jkt);
}

/** Redeems a code, or a device code that a person has allowed (`isDevice`). `sub`: whose it is, where that is known before. */
export async function redeem(
  { code, sub: knownSub, isDevice }: { code: string | undefined; sub?: string | undefined; isDevice?: boolean },
  form: Parameters,
  client: AuthenticatedClient,
  deps: TokenDeps,
  jkt: string | undefined,
): Promise<FlowOutcome> {
  const now = deps.now();
  const { clientId } = client;
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
  const note = { client: clientId, ...ruled(rules) };
  const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

  if (code === undefined) return refused({ reason: 'code_missing' });
  const codeVerifier = parseVerifier(single(form, 'code_verifier'), rules);
  if (!codeVerifier.ok) return refused(codeVerifier.refusal);
  const resources = multiple(form, 'resource');
  const asked = await askedDetails(form);
  if (!asked.ok) return refused(asked.refusal);
  // The grant may be for APIs when the request names none.
  const [apis, keys, sealKeys] = await Promise.all([deps.apis.list(), loadKeys(client, deps), deps.refreshKeys()]);
  const read = readCode(code, sealKeys);
  const refresh = prepareRefresh(read.grantId, client, sealKeys, deps, { now, jkt });
  const named = findApis(resources, apis);
  if (!named.ok) return refused(named.refusal);
  if (!keys.ok) return refused(keys.refusal);
  const isRegistered = (value: string) => client.scope.includes(value);
  const tokensOf = async (grant: Grant, person: Account['claims']) => {
    const granted = resources.length > 0 ? named : findApis(grant.resources, apis);
    if (!granted.ok) return granted;
    const scope = grant.scope.filter(isRegistered);
    const answer = {
      client,
      person,
      scope,
      apis: granted.value,
      details: detailsFor(asked.value ?? grant.details, client, granted.value),
      nonce: grant.nonce,
      endsAt: refresh?.state.endsAt,
      jkt,
    };
    return tokenResponse(grant, answer, keys.value, deps, now);
  };

  const redirectUri = single(form, 'redirect_uri');
  const attempt = { code: read, codeVerifier: codeVerifier.value, redirectUri, jkt, isDevice };
  const redemption = {
    now,
    tokensExpireAt: now + Math.max(deps.accessTokenLifetime, deps.idTokenLifetime),
    refresh: refresh?.state,
    maxUses: client.grantMaxUses,
    within: { resources: resourcesOf(named.value), details: asked.value },
  };
  const redeeming = { clientId, rules, scope: client.scope };
  const found = dependsOnOthers(keys.value, deps)
    ? await findRedeemable(attempt, redeeming, deps.grants, redemption)
    : undefined;
  const withClaims = tokensHaveClaims(client, apis);
  const prepared = found && (await tokensOf(found, await claimsBefore(found, deps.accounts, withClaims)));
  if (prepared && !prepared.ok) return refused(prepared.refusal);

  const sub = knownSub ?? read.sub;
  const spending = redeemCode(attempt, redeeming, deps.grants, redemption);
  const findAccount = accountFinder(deps.accounts, withClaims && !prepared);
  const [[redeemed, accountOf]] = await Promise.all([
    withAccountBeside(spending, sub, findAccount),
    refresh && sub !== undefined && limitGrants(read.grantId, sub, clientId, deps),
  ]);
  if (!redeemed.ok) return refused(redeemed.refusal);
  const { grant, wouldRefuse } = redeemed.value;
  const { standing, claims } = await accountOf(grant);
  const takenBack = refuseEarlierClient(grant, client) ?? judgeStanding(grant, standing);
  if (takenBack) return refused(takenBack);
  const tokens = prepared ?? (await tokensOf(grant, claims));
  if (!tokens.ok) return refused(tokens.refusal);
  return {
    ok: true,
    tokens: {
      ...tokens.value.tokens,
      ...(refresh && refreshMembers({ ...refresh.first, sub: grant.sub }, refresh.state, now)),
    },
    note: {
      client: clientId,
      // What was in force is in the line of the code; it is repeated where it let something through.
      ...(rules.mode === 'report' && ruled(rules)),
      dropped: whatWasDropped(!grant.scope.every(isRegistered), tokens.value.hasDroppedClaims),
      method: grant.challenge?.codeChallengeMethod ?? 'none',
      wouldRefuse: wouldRefuse?.reason,
    },
  };
}

/**
 * A client registered for the refresh_token grant gets a refresh token; the write that spends the code sets it up. That of a public
 * client is bound to the key that it proved to have (RFC 9449 §5); others authenticate.
 */
function prepareRefresh(
  id: string,
  client: RegisteredClient,
  keys: RefreshKeys,
  deps: TokenDeps,
  { now, jkt }: { now: number; jkt: string | undefined },
) {
  if (!client.grantTypes.includes('refresh_token')) return undefined;
  const first = firstRefreshToken(id, keys, deps.home);
  const { refreshIdleLifetime, refreshLifetime } = refreshRules(client, deps);
  return {
    first,
    state: {
      hash: refreshHash(first),
      generation: 0,
      ...(isPublic(client) && jkt !== undefined && { jkt }),
      idleUntil: now + refreshIdleLifetime,
      endsAt: now + refreshLifetime,
    },
  };
}
