import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { isUnderProfile, whyOff } from '../../shared/clients/profile.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type Parameters, refuseUnclear, single } from '../../shared/oauth/parameters.ts';
import { matchRedirectUri, type RegisteredRedirectUri } from '../../shared/oauth/redirect-uri.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** Who asks, and where the answer may go. Without both there is no value from which a redirect could be built. */
export type IdentifiedClient = {
  client: RegisteredClient;
  redirectUri: RegisteredRedirectUri;
  redirectUriSent: boolean;
};

/** A refusal that nobody can be redirected with, and the client if it was known. */
export type Unidentified = { refusal: Refusal; client?: RegisteredClient };

/** RFC 6749 §4.1.2.1: the checks that come before any redirect. `redirect_uri` may be left out by a client that registered exactly one (§3.1.2.3). */
export async function identifyClient(
  parameters: Parameters,
  clients: Pick<ClientReader, 'find' | 'whyUnknown'>,
): Promise<Result<IdentifiedClient, Unidentified>> {
  const unclear = refuseUnclear(parameters, ['client_id', 'redirect_uri']);
  if (unclear) return refuse({ refusal: unclear });
  const clientId = single(parameters, 'client_id');
  if (clientId === undefined) return refuse({ refusal: { reason: 'client_id_missing' } });
  const client = await clients.find(clientId);
  if (client === undefined) return refuse({ refusal: await clients.whyUnknown(clientId) });
  if (client.disabled) return refuse({ refusal: whyOff(client), client });
  const redirect = findRedirect(parameters, client);
  return redirect.ok ? ok({ client, ...redirect.value }) : refuse({ refusal: redirect.refusal, client });
}

/** Where the answer goes. FAPI 2.0 (§5.3.2.2) wants the redirect URI in every request. Refuses `redirect_uri_missing` and `redirect_uri_not_registered`. */
export function findRedirect(
  parameters: Parameters,
  { redirectUris, profile }: RegisteredClient,
): Result<Omit<IdentifiedClient, 'client'>, Refusal> {
  const sent = single(parameters, 'redirect_uri');
  const presented = sent ?? (redirectUris.length === 1 && !isUnderProfile({ profile }) ? redirectUris[0] : undefined);
  if (presented === undefined) return refuse({ reason: 'redirect_uri_missing' });
  const redirectUri = matchRedirectUri(presented, redirectUris);
  if (redirectUri === undefined) return refuse({ reason: 'redirect_uri_not_registered' });
  return ok({ redirectUri, redirectUriSent: sent !== undefined });
}
