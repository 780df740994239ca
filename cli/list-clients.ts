import { isClientChangedInTable } from '../shared/clients/changed-in-table.ts';
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

/** A client with its record. `isChangedInTable`: Pixy did not write it as it is; the management API does not tell. */
export type FoundClient = Versioned<RegisteredClient> & { isChangedInTable?: true };

/**
 * Returns the clients as well that are in no list: every item of the table is read. Those are clients that registered themselves, and
 * those that somebody put into the table itself, which sign people in like any other. The management API has neither.
 */
export async function listAllClients(context: Context): Promise<FoundClient[]> {
  const { clients, scan, place } = await context.open();
  if (place.kind === 'server') return listClients(clients);
  const everywhere: (Versioned<RegisteredClient> & { isOfItself: boolean })[] = [];
  const notOver = {
    filter: 'begins_with(pk, :pk) AND (purgeAt > :now OR attribute_not_exists(purgeAt))',
    values: { ':pk': 'client#', ':now': context.now() },
  };
  for await (const item of scan('clients', notOver)) {
    const { value, ...rest } = toVersionedClient(item);
    if (value !== undefined) everywhere.push({ ...rest, value, isOfItself: item['purgeAt'] !== undefined });
  }
  // Later, so that whoever is added meanwhile is in it.
  const listed = await listClients(clients);
  const known = new Set(listed.map(({ value }) => value.clientId));
  const others = everywhere.filter(({ value }) => !known.has(value.clientId));
  return [
    ...listed.map((client) => marked(client, isClientChangedInTable(client))),
    ...others.map(({ isOfItself, ...client }) => marked(client, !isOfItself || isClientChangedInTable(client))),
  ].sort((one, other) => (one.value.clientId < other.value.clientId ? -1 : 1));
}

const marked = (client: Versioned<RegisteredClient>, isChangedInTable: boolean): FoundClient => ({
  ...client,
  ...(isChangedInTable && { isChangedInTable }),
});
