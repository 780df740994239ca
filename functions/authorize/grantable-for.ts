import type { ApiReader } from '../../shared/apis/api-store.ts';
import { grantableScope } from '../../shared/apis/grantable-scope.ts';
import { findApis } from '../../shared/apis/token-target.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { multiple, type Parameters, single } from '../../shared/oauth/parameters.ts';
import { isOpenidScope } from '../../shared/oauth/scope.ts';

/**
 * What a request may be granted of the scope of its client. One that nobody registered may ask for everything, but if it asks for no
 * scope (RFC 6749 §3.3) and names APIs or authorization details (RFC 9396), it gets what these APIs define, and nothing about the person.
 */
export async function grantableFor(
  parameters: Parameters,
  client: Pick<RegisteredClient, 'scope' | 'grantTypes' | 'clientClass'>,
  { apis, hasOperators }: { apis: Pick<ApiReader, 'list'>; hasOperators: boolean },
): Promise<string[]> {
  const scope = grantableScope(client, hasOperators);
  const resources = multiple(parameters, 'resource');
  const asksOtherwise = resources.length > 0 || single(parameters, 'authorization_details') !== undefined;
  const hasAsked = single(parameters, 'scope') !== undefined || !asksOtherwise;
  if (client.clientClass === undefined || hasAsked) return scope;
  const named = findApis(resources, await apis.list());
  const defined = new Set(named.ok ? named.value.flatMap((api) => api.scope) : []);
  return scope.filter((value) => defined.has(value) && !isOpenidScope(value));
}
