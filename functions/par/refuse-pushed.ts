import type { ApiReader } from '../../shared/apis/api-store.ts';
import { withWholeScope } from '../../shared/apis/client-scope.ts';
import { findApis } from '../../shared/apis/token-target.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import { refuseLarge } from '../../shared/oauth/pushed-parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { PkceRules } from '../../shared/pkce/policy.ts';
import { admitWithDetails } from '../authorize/admit-with-details.ts';
import { findRedirect } from '../authorize/identify-client.ts';

/**
 * Refuses what the authorization endpoint would refuse before anybody signs in (RFC 9126 §2.1), and a request that is itself only the
 * name of one. What is admitted here is judged there once more, for the rules may change meanwhile.
 */
export async function refusePushed(
  parameters: Parameters,
  client: RegisteredClient,
  rules: PkceRules,
  deps: { apis: ApiReader; hasOperators: boolean },
): Promise<Refusal | undefined> {
  if (single(parameters, 'request_uri') !== undefined) return { reason: 'request_uri_pushed' };
  const large = refuseLarge(parameters);
  if (large) return large;
  const redirect = findRedirect(parameters, client);
  if (!redirect.ok) return redirect.refusal;
  const known = await withWholeScope(client, deps.apis);
  const admitted = await admitWithDetails(parameters, known, rules, deps);
  if (!admitted.ok) return admitted.refusal;
  const { resources } = admitted.value;
  const found = findApis(resources, resources.length > 0 ? await deps.apis.list() : []);
  return found.ok ? undefined : found.refusal;
}
