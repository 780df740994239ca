import { isManager } from '../../shared/apis/management-api.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Problem } from '../../shared/http/problem.ts';
import type { Call } from './operation.ts';

/**
 * Who may only change has no hand in who manages: a client that has a `pixy:` scope before or after a change, and so its secrets
 * and keys as well, is changed with `pixy:delegate` alone.
 */
export function refuseDelegation(
  { mayDelegate }: Pick<Call, 'mayDelegate'>,
  ...clients: (RegisteredClient | undefined)[]
): Problem | undefined {
  if (mayDelegate || !clients.some((client) => client && isManager(client))) return undefined;
  return {
    refusal: { reason: 'scope_insufficient', scope: 'pixy:delegate' },
    detail: 'The client has a pixy: scope, before or after the change. That takes a token with pixy:delegate.',
  };
}
