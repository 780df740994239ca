import type { ApiReader } from '../../shared/apis/api-store.ts';
import { once } from '../../shared/cached.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { PkceRules } from '../../shared/pkce/policy.ts';
import { ok, type Result } from '../../shared/result.ts';
import { type AdmittedRequest, admitRequest } from './admit-request.ts';
import { claimsFor } from './claims-for.ts';
import { grantableFor } from './grantable-for.ts';

const loadDetails = once(() => import('../../shared/apis/admit-details.ts'));

/**
 * Like {@link admitRequest}, with `authorization_details` (RFC 9396), whose locations count as if each was a `resource`. Only a request
 * that has them waits for what judges them.
 */
export async function admitWithDetails(
  parameters: Parameters,
  client: RegisteredClient,
  rules: PkceRules,
  deps: { apis: ApiReader; hasOperators: boolean },
): Promise<Result<AdmittedRequest, Refusal>> {
  const { apis } = deps;
  const grantable = await grantableFor(parameters, client, deps);
  const admitted = admitRequest(parameters, client, rules, await claimsFor(parameters, apis), grantable);
  const text = single(parameters, 'authorization_details');
  if (!admitted.ok || text === undefined) return admitted;
  const { admitDetails } = await loadDetails();
  const found = await admitDetails(text, client, apis);
  if (!found.ok) return found;
  const resources = [...new Set([...admitted.value.resources, ...found.value.resources])];
  return ok({ ...admitted.value, resources, details: found.value.details });
}
