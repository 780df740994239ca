import type { ClientStore } from '../shared/clients/client-store.ts';
import { toVersionedClient, type Versioned } from '../shared/clients/records.ts';
import type { RegisteredClient } from '../shared/clients/registered-client.ts';
import type { Context } from './context.ts';

/** Returns all clients that an operator registered or changed, sorted by id. */
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

/**
 * Returns the clients as well that registered themselves, which are in no list: every item of the table is read. The management API
 * does not have those.
 */
export async function listAllClients(context: Context): Promise<Versioned<RegisteredClient>[]> {
  const { clients, scan, place } = await context.open();
  const listed = await listClients(clients);
  if (place.kind === 'server') return listed;
  const known = new Set(listed.map(({ value }) => value.clientId));
  const own: Versioned<RegisteredClient>[] = [];
  const ofThemselves = {
    filter: 'begins_with(pk, :pk) AND purgeAt > :now',
    values: { ':pk': 'client#', ':now': context.now() },
  };
  for await (const item of scan('clients', ofThemselves)) {
    const { value, ...rest } = toVersionedClient(item);
    if (value !== undefined && !known.has(value.clientId)) own.push({ ...rest, value });
  }
  return [...listed, ...own].sort((one, other) => (one.value.clientId < other.value.clientId ? -1 : 1));
}
