import { findApis, resourcesOf } from '../../shared/apis/token-target.ts';
import { type Decision, whatWasDropped } from '../../shared/audit/decision.ts';
import type { AuthenticatedClient } from '../../shared/clients/client-authentication.ts';
import { isPublic } from '../../shared/clients/registered-client.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import { judgeStanding, refuseEarlierClient } from '../../shared/grants/judge-standing.ts';
import { findRefreshable, refreshGrant, refreshRules } from '../../shared/grants/refresh-grant.ts';
import { parseRefreshToken } from '../../shared/grants/refresh-token.ts';
import { multiple, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { parseScope } from '../../shared/oauth/scope.ts';
import type { Account } from '../../shared/people/account.ts';
import { accountFinder, claimsBefore, withAccountBeside } from './account-beside.ts';
import { askedDetails, detailsFor } from './asked-details.ts';
import type { FlowOutcome, TokenDeps } from './grant-flow.ts';
import { dependsOnOthers, loadKeys, refreshMembers, tokenResponse, tokensHaveClaims } from './token-response.ts';

/**
 * RFC 6749 §6. A narrower scope is for this access token alone; the grant keeps what it has. What the client is no longer registered
 * for is left out; nothing left is refused. As with a code, nothing but the judgement can fail once the token is rotated.
 */
export async function refresh(
  form: Parameters,
  client: AuthenticatedClient,
  deps: TokenDeps,
  jkt: string | undefined,
): Promise<FlowOutcome> {
  const now = deps.now();
  const note = { client: client.clientId };
  const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

  const text = single(form, 'refresh_token');
  if (text === undefined) return refused({ reason: 'refresh_token_missing' });
  const requested = single(form, 'scope');
  const narrowed = requested === undefined ? undefined : parseScope(requested);
  if (narrowed && !narrowed.ok) return refused(narrowed.refusal);
  if (narrowed?.value.length === 0) return refused({ reason: 'scope_malformed' });
  const resources = multiple(form, 'resource');
  const asked = await askedDetails(form);
  if (!asked.ok) return refused(asked.refusal);
  const [apis, keys, refreshKeys] = await Promise.all([deps.apis.list(), loadKeys(client, deps), deps.refreshKeys()]);
  const named = findApis(resources, apis);
  if (!named.ok) return refused(named.refusal);
  if (!keys.ok) return refused(keys.refusal);
  const token = parseRefreshToken(text, refreshKeys);
  if (token === undefined) return refused({ reason: 'refresh_token_unknown' });

  const isRegistered = (value: string) => client.scope.includes(value);
  if (narrowed && !narrowed.value.some(isRegistered)) return refused({ reason: 'scope_not_registered' });
  const tokensOf = async (grant: Grant, person: Account['claims']) => {
    const granted = resources.length > 0 ? named : findApis(grant.resources, apis);
    if (!granted.ok) return granted;
    const scope = (narrowed?.value ?? grant.scope).filter(isRegistered);
    const details = detailsFor(asked.value ?? grant.details, client, granted.value);
    const answer = { client, person, scope, apis: granted.value, details, endsAt: grant.refresh?.endsAt, jkt };
    return tokenResponse(grant, answer, keys.value, deps, now);
  };

  const { clientId } = client;
  const rules = refreshRules(client, deps);
  const scopeWithin = narrowed ? { scope: narrowed.value } : { someScope: client.scope };
  const within = { ...scopeWithin, resources: resourcesOf(named.value), details: asked.value };
  const proof = { jkt, binds: isPublic(client) && jkt !== undefined };
  const found = dependsOnOthers(keys.value, deps)
    ? await findRefreshable(token, clientId, deps.grants, rules, now, within, proof)
    : undefined;
  const withClaims = tokensHaveClaims(client, apis);
  const prepared = found && (await tokensOf(found, await claimsBefore(found, deps.accounts, withClaims)));
  if (prepared && !prepared.ok) return refused(prepared.refusal);

  const rotation = refreshGrant(token, clientId, deps.grants, rules, now, within, proof);
  const findAccount = accountFinder(deps.accounts, withClaims && !prepared);
  const [refreshed, accountOf] = await withAccountBeside(rotation, token.sub, findAccount);
  if (!refreshed.ok) return { ok: false, refusal: refreshed.refusal, note: { ...note, ...replay(refreshed.refusal) } };
  const { grant, state, current, use } = refreshed.value;
  const { standing, claims } = await accountOf(grant);
  const takenBack = refuseEarlierClient(grant, client) ?? judgeStanding(grant, standing);
  if (takenBack) return refused(takenBack);
  const tokens = prepared ?? (await tokensOf(grant, claims));
  if (!tokens.ok) return refused(tokens.refusal);
  return {
    ok: true,
    tokens: { ...tokens.value.tokens, ...refreshMembers(current, state, now) },
    note: {
      ...note,
      dropped: whatWasDropped(!(narrowed?.value ?? grant.scope).every(isRegistered), tokens.value.hasDroppedClaims),
      refresh: use,
    },
  };
}

/** Marks a replay in the audit log. */
const replay = ({ reason }: Refusal): Partial<Decision> =>
  reason === 'refresh_token_replayed' ? { refresh: 'replay' } : {};
