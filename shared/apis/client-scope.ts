import type { RegisteredClient } from '../clients/registered-client.ts';
import { isOpenidScope } from '../oauth/scope.ts';
import type { ApiReader } from './api-store.ts';
import { isManagementScope } from './management-api.ts';
import type { RegisteredApi } from './registered-api.ts';

/**
 * The client with every scope value that it may ask for now: its own, and all of the APIs that it is registered for as a whole. Whom
 * an API calls `openid`, `offline_access` or `pixy:write` gets nothing by it.
 */
export function withScopeOfApis<Client extends Pick<RegisteredClient, 'scope' | 'allScopesOf'>>(
  client: Client,
  apis: readonly RegisteredApi[],
): Client {
  const { scope, allScopesOf = [] } = client;
  const named = apis.filter(({ resource }) => allScopesOf.includes(resource)).flatMap((api) => api.scope);
  const added = named.filter((value) => !isOpenidScope(value) && !isManagementScope(value));
  return { ...client, scope: [...new Set([...scope, ...added])] };
}

/** {@link withScopeOfApis}; the list of APIs is asked for only where the client needs it. */
export const withWholeScope = async <Client extends Pick<RegisteredClient, 'scope' | 'allScopesOf'>>(
  client: Client,
  apis: Pick<ApiReader, 'list'>,
): Promise<Client> => (client.allScopesOf ? withScopeOfApis(client, await apis.list()) : client);
