import type { ClientStore } from '../shared/clients/client-store.ts';
import type { Versioned } from '../shared/clients/records.ts';
import type { RegisteredClient } from '../shared/clients/registered-client.ts';

/** Returns all clients, sorted by id. */
export async function listClients(clients: ClientStore): Promise<Versioned<RegisteredClient>[]> {
  const all: Versioned<RegisteredClient>[] = [];
  let after: string | undefined;
  do {
    const page = await clients.list(100, after);
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
}
