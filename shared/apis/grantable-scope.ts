import type { RegisteredClient } from '../clients/registered-client.ts';
import { isManagementScope } from './management-api.ts';

type Asking = Pick<RegisteredClient, 'scope' | 'grantTypes'>;

/**
 * What a client may ask for that means nothing to it, so it is ignored: it is neither asked of people nor granted, and no request is
 * refused because nothing else is left of it. `offline_access` is for clients that get refresh tokens (OpenID Connect Core §11), and many
 * libraries ask for it always.
 */
export const ignoredScope = ({ scope, grantTypes }: Asking): string[] =>
  grantTypes.includes('refresh_token') ? [] : scope.filter((value) => value === 'offline_access');

/**
 * What people may grant of the scope of a client. The management of this server is among it where some of them are operators; each
 * request then asks whether this one is.
 */
export function grantableScope(client: Asking, hasOperators: boolean): string[] {
  const ignored = ignoredScope(client);
  return client.scope.filter((value) => (hasOperators || !isManagementScope(value)) && !ignored.includes(value));
}
