import type { Database, Item } from '../aws/dynamodb.ts';
import { toClient } from './records.ts';
import type { RegisteredClient } from './registered-client.ts';

/*
 * The clients by metadata document that somebody allowed something, as they were seen then: one small item per client in the Clients
 * table, for lists and reports. Whether a person is asked again is decided by what stands with their consent.
 *
 *   documents  <client_id>  what the document said, since when, and when the item may go
 */

/** Seconds after which an item goes unless somebody allows the client again, and the age at which it is renewed. */
const kept = { whole: 34_560_000, renewed: 2_592_000 };

/** A client as its document described it when somebody last allowed it something. Times in epoch seconds. */
export type SeenClient = { client: RegisteredClient; since: number; seenAt: number };

const keyOf = (clientId: string) => ({ pk: 'documents', sk: clientId });

export type DocumentStore = ReturnType<typeof documentStore>;

export function documentStore(database: Database, table: string) {
  /** What is known to stand in the table. */
  const noted = new Map<string, SeenClient>();

  return {
    /** Notes what the document of a client says, unless that is known. Writes nothing for other clients. `now` in epoch seconds. */
    async note(client: RegisteredClient, now: number): Promise<void> {
      const { clientId, clientClass, documentHash } = client;
      if (clientClass !== 'url') return;
      const isCurrent = (seen: SeenClient | undefined) =>
        seen !== undefined && seen.client.documentHash === documentHash && now < seen.seenAt + kept.renewed;
      if (isCurrent(noted.get(clientId))) return;
      const item = await database.get({ TableName: table, Key: keyOf(clientId) });
      const before = item && toSeen(item);
      const current = before && isCurrent(before) ? before : { client, since: before?.since ?? now, seenAt: now };
      if (current !== before) {
        const Item = {
          ...keyOf(clientId),
          value: client,
          since: current.since,
          seenAt: now,
          purgeAt: now + kept.whole,
        };
        await database.put({ TableName: table, Item });
      }
      if (noted.size >= 1_000) noted.clear();
      noted.set(clientId, current);
    },

    /** Lists the clients that are kept, in the order of their ids. */
    async list(now: number): Promise<SeenClient[]> {
      const items = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'documents' },
      });
      return items.filter(({ purgeAt }) => now < Number(purgeAt)).map(toSeen);
    },
  };
}

const toSeen = (item: Item): SeenClient => ({
  client: toClient(item),
  since: Number(item['since']),
  seenAt: Number(item['seenAt']),
});
