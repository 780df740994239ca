import { isManagementScope } from '../../../shared/apis/management-api.ts';
import { findApis, meantApis, targetOf } from '../../../shared/apis/token-target.ts';
import { whatWasDropped } from '../../../shared/audit/decision.ts';
import type { AuthenticatedClient } from '../../../shared/clients/client-authentication.ts';
import { multiple, type Parameters, single } from '../../../shared/oauth/parameters.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { wasNarrowed } from '../../../shared/oauth/scope.ts';
import { mintAccessToken, scopeMember, tokenType } from '../../../shared/tokens/mint.ts';
import { grantOwnScope, isAboutPeople } from '../client-credentials.ts';
import type { FlowOutcome, TokenDeps } from '../grant-flow.ts';
import { loadAccessTokenKey } from '../token-response.ts';
import { type Taken, useOnce } from './take-assertion.ts';

/**
 * A token for the client that a workload is, as with client credentials: its `sub` is the client id. It is for an API that the request
 * names, or that the client is registered for as a whole, never for the default audience. The management API is for clients that authenticate.
 */
export async function workloadToken(
  form: Parameters,
  client: AuthenticatedClient,
  taken: Taken,
  deps: TokenDeps,
  jkt: string | undefined,
): Promise<FlowOutcome> {
  const now = deps.now();
  const { clientId } = client;
  const { trust, assertion } = taken;
  const note = { client: clientId, workload: assertion.claims.sub };
  const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

  const registered = { apis: await deps.apis.list(), scopes: await deps.apis.scopes() };
  const found = findApis(multiple(form, 'resource'), registered.apis);
  if (!found.ok) return refused(found.refusal);
  const mayHave = (value: string) =>
    !isManagementScope(value) && (trust.scope === undefined || trust.scope.includes(value));
  const isPersonal = (value: string) => isAboutPeople(value, registered.apis, registered.scopes);
  const requested = single(form, 'scope');
  const scope = grantOwnScope(requested, client.scope.filter(mayHave), isPersonal);
  if (!scope.ok) return refused(scope.refusal);
  const apis = found.value.length > 0 ? found.value : meantApis(scope.value, client, registered.apis);
  if (apis.length === 0) return refused({ reason: 'resource_missing' });
  const target = targetOf(apis, scope.value, { ...deps, ...registered });
  if (!target.ok) return refused(target.refusal);

  const key = await loadAccessTokenKey(client, deps);
  if (!key.ok) return refused(key.refusal);
  const accessToken = await mintAccessToken(
    { clientId, sub: clientId, jkt },
    target.value,
    deps.issuer,
    key.value,
    now,
  );
  if (!trust.reusable && !(await useOnce(taken, deps))) return refused({ reason: 'assertion_replayed' });
  return {
    ok: true,
    tokens: {
      access_token: accessToken,
      token_type: tokenType(jkt),
      expires_in: target.value.lifetime,
      ...scopeMember(target.value.scope),
    },
    note: { ...note, dropped: whatWasDropped(wasNarrowed(requested, scope.value)) },
  };
}
