import type { HttpRequest } from '../../shared/http/request.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import { findPerson } from '../account/signed-in-person.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/**
 * Whether a session at the provider is not enough: the client wants a fresh sign-in (OpenID Connect Core §3.1.2.1), or somebody
 * who is signed in comes without a client, which is how the account page has people confirm that it is them.
 */
export async function needsProof(interrupted: Parameters, request: HttpRequest, deps: UpstreamDeps): Promise<boolean> {
  const prompt = (single(interrupted, 'prompt') ?? '').split(' ');
  if (prompt.includes('login') || single(interrupted, 'max_age') !== undefined) return true;
  return single(interrupted, 'client_id') === undefined && (await findPerson(request, deps)) !== undefined;
}
