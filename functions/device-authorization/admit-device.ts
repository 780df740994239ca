import type { ApiReader } from '../../shared/apis/api-store.ts';
import { grantableScope, ignoredScope } from '../../shared/apis/grantable-scope.ts';
import { findApis, resourcesOf } from '../../shared/apis/token-target.ts';
import { type Dropped, whatWasDropped } from '../../shared/audit/decision.ts';
import { once } from '../../shared/cached.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Detail } from '../../shared/oauth/authorization-details.ts';
import { multiple, type Parameters, single } from '../../shared/oauth/parameters.ts';
import { pushedParameters, refuseLarge } from '../../shared/oauth/pushed-parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { grantScope, wasNarrowed } from '../../shared/oauth/scope.ts';
import { deviceCodeGrant } from '../../shared/oauth/server-metadata.ts';
import { type AdmittedChallenge, admitChallenge } from '../../shared/pkce/code-challenge.ts';
import type { PkceRules } from '../../shared/pkce/policy.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

const loadDetails = once(() => import('../../shared/apis/admit-details.ts'));

/** A device authorization request that a person may be asked about. */
export type AdmittedDevice = AdmittedChallenge & {
  scope: string[];
  details?: readonly Detail[];
  resources: string[];
  dropped: Dropped | undefined;
};

/**
 * Everything about the request that does not depend on the person: the grant type, the challenge under the client's policy as at
 * /authorize, scope, authorization details (RFC 9396 §3) and resources.
 */
export async function admitDevice(
  form: Parameters,
  client: RegisteredClient,
  rules: PkceRules,
  { apis, hasOperators }: { apis: Pick<ApiReader, 'list' | 'others'>; hasOperators: boolean },
): Promise<Result<AdmittedDevice, Refusal>> {
  if (!client.grantTypes.includes(deviceCodeGrant)) return refuse({ reason: 'grant_type_not_registered' });
  const large = refuseLarge(pushedParameters(form, client.clientId));
  if (large) return refuse(large);
  const challenge = admitChallenge(
    { codeChallenge: single(form, 'code_challenge'), codeChallengeMethod: single(form, 'code_challenge_method') },
    rules,
  );
  if (!challenge.ok) return challenge;
  const requested = single(form, 'scope');
  const scope = grantScope(requested, grantableScope(client, hasOperators), ignoredScope(client));
  if (!scope.ok) return scope;
  const text = single(form, 'authorization_details');
  const details = text === undefined ? undefined : await (await loadDetails()).admitDetails(text, client, apis);
  if (details && !details.ok) return details;
  const resources = [...new Set([...multiple(form, 'resource'), ...(details?.value.resources ?? [])])];
  const found = findApis(resources, resources.length > 0 ? await apis.list() : []);
  if (!found.ok) return found;
  const dropped = whatWasDropped(wasNarrowed(requested, scope.value));
  return ok({
    ...challenge.value,
    scope: scope.value,
    ...(details && { details: details.value.details }),
    resources: resourcesOf(found.value),
    dropped,
  });
}
