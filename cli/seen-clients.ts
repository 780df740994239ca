import { documentStore, type SeenClient } from '../shared/clients/document-store.ts';
import type { RegisteredClient } from '../shared/clients/registered-client.ts';
import { findClient } from './change-client.ts';
import type { Context } from './context.ts';
import { Failure } from './failure.ts';

/** Returns the clients by metadata document that somebody allowed something, as they were seen last. */
export async function listSeen(context: Context): Promise<SeenClient[]> {
  const { database, table } = await context.open();
  return documentStore(database, table('clients')).list(context.now());
}

/** Returns a client, whether it is registered or was seen by its document. Fails when there is none. */
export async function findAnyClient(context: Context, clientId: string): Promise<RegisteredClient> {
  if (!clientId.startsWith('https://') && !clientId.startsWith('http://'))
    return (await findClient(context, clientId)).value;
  const { clients } = await context.open();
  const registered = await clients.find(clientId);
  if (registered !== undefined) return registered;
  const seen = (await listSeen(context)).find(({ client }) => client.clientId === clientId);
  if (seen !== undefined) return seen.client;
  throw new Failure(
    `There is no client ${clientId}, and nobody has allowed it anything yet: see what it says with pixy clients inspect.`,
  );
}
