import type { RegisteredClient } from '../clients/registered-client.ts';
import { isOpenidScope, openidScopes } from '../oauth/scope.ts';
import type { ApiReader } from './api-store.ts';
import { isManagementScope } from './management-api.ts';
import type { RegisteredApi } from './registered-api.ts';

/**
 * The client with every scope value that it may ask for now: its own, and all of the APIs that it is registered for as a whole. Whom
 * an API calls `openid`, `offline_access` or `pixy:write` gets nothing by it. A client that nobody registered may ask for what OpenID Connect
 * and the APIs define, for it is the person who decides; or for less, if that is what is kept of it.
 */
export function withScopeOfApis<Client extends ScopedClient>(client: Client, apis: readonly RegisteredApi[]): Client {
  const { scope, allScopesOf = [], clientClass } = client;
  const isWhole = ({ resource }: RegisteredApi) => clientClass !== undefined || allScopesOf.includes(resource);
  const named = apis.filter(isWhole).flatMap((api) => api.scope);
  const added = named.filter((value) => !isOpenidScope(value) && !isManagementScope(value));
  if (clientClass === undefined) return { ...client, scope: [...new Set([...scope, ...added])] };
  const possible = [...new Set([...openidScopes, ...added])];
  return { ...client, scope: scope.length > 0 ? possible.filter((value) => scope.includes(value)) : possible };
}

type ScopedClient = Pick<RegisteredClient, 'scope' | 'allScopesOf' | 'clientClass'>;

/** {@link withScopeOfApis}; the list of APIs is asked for only where the client needs it. */
export const withWholeScope = async <Client extends ScopedClient>(
  client: Client,
  apis: Pick<ApiReader, 'list'>,
): Promise<Client> => (client.allScopesOf || client.clientClass ? withScopeOfApis(client, await apis.list()) : client);
