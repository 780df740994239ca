import { newOwnClient } from '../../../shared/clients/change-client.ts';
import type { ClientStore } from '../../../shared/clients/client-store.ts';

/** The metadata of such a client. What it is reached by comes first. */
export type OwnRegistration = {
  client_id: string;
  redirect_uris: readonly [string, ...string[]];
  [member: string]: unknown;
};

/**
 * Registers a client of the server itself, unless there is one: what an operator changed about it stays, and so does that it is disabled.
 * One of another address, which the server had before, gets the redirect URIs of this one.
 */
export async function registerOwn(
  registration: OwnRegistration,
  why: string,
  clients: ClientStore,
  now: number,
): Promise<void> {
  const { client_id: clientId, redirect_uris: redirectUris } = registration;
  const current = await clients.findVersion(clientId);
  if (current?.value?.redirectUris.includes(redirectUris[0])) return;
  const made = await newOwnClient(registration, now);
  if (!made.ok) throw new Error(`${clientId} cannot be registered: ${JSON.stringify(made.refusal)}`);
  const { client } = made.value;
  const { redirectUris: own, postLogoutRedirectUris } = client;
  const moved = current?.value && {
    ...current.value,
    redirectUris: own,
    ...(postLogoutRedirectUris && { postLogoutRedirectUris }),
  };
  // Whoever was faster registered the same.
  await clients.put(clientId, moved ?? client, { by: 'pixy', why }, current?.version ?? 0);
}
