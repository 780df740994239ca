import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { SignInDeps } from './sign-in-deps.ts';

/** What to call the client that the sign-in is for. Undefined when it is for none, or for one that is not registered. */
export async function findClientName(interrupted: Parameters, deps: SignInDeps): Promise<string | undefined> {
  const clientId = single(interrupted, 'client_id');
  const client = clientId === undefined ? undefined : await deps.clients.find(clientId);
  return client?.clientName ?? client?.clientId;
}
