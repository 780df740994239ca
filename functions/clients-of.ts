import type { ClientReader } from '../shared/clients/client-reader.ts';
import type { RegisteredClient } from '../shared/clients/registered-client.ts';

/**
 * The clients that something was made for, by their ids. One that is not registered any more may come back by a rollback, so what it left
 * is listed, and can be deleted.
 */
export async function clientsOf(
  made: readonly { clientId: string }[],
  clients: Pick<ClientReader, 'find'>,
): Promise<Map<string, RegisteredClient | undefined>> {
  const ids = [...new Set(made.map(({ clientId }) => clientId))];
  return new Map(await Promise.all(ids.map(async (id) => [id, await clients.find(id)] as const)));
}
