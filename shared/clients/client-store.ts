import type { Database, Item } from '../aws/dynamodb.ts';
import { type GlobalPolicy, shippedGlobalPolicy } from '../pkce/policy.ts';
import { randomId } from '../random-bytes.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type Author, type Change, changeId, loggedClient } from './change.ts';
import { mayUseLess } from './may-use-less.ts';
import {
  changeKey,
  clientKey,
  directoryKey,
  exceptionsKey,
  policyKey,
  storedValue,
  toChange,
  toVersionedClient,
  toVersionedPolicy,
  type Versioned,
} from './records.ts';
import type { RegisteredClient } from './registered-client.ts';
import { removedMark, sinceFor } from './since.ts';

/*
 * Manages clients and the global policy, and logs every change. One conditional write stores the change together with its record;
 * the change is then copied into the log, and the next writer of the record first copies it again. So every change gets its log
 * entry and every entry has its change, without a transaction. A client that registered itself stays once an operator has changed it.
 */

/** Another write came in between: read and decide again. */
export type Conflict = { reason: 'changed_meanwhile'; version: number };

export type ClientStore = ReturnType<typeof clientStore>;

/** A page of a list, and where the next one starts. */
export type Page<Value> = { items: Value[]; next?: string };

export function clientStore(database: Database, table: string, now: () => number) {
  async function findVersion(clientId: string): Promise<Versioned<RegisteredClient | undefined> | undefined> {
    const item = await database.get({ TableName: table, Key: clientKey(clientId), ConsistentRead: true });
    if (!item) return undefined;
    const isOver = Number(item['purgeAt'] ?? Number.POSITIVE_INFINITY) <= now();
    const found = toVersionedClient(item);
    return isOver ? { ...found, value: undefined } : found;
  }

  async function policyVersion(): Promise<Versioned<GlobalPolicy> | undefined> {
    const item = await database.get({ TableName: table, Key: policyKey, ConsistentRead: true });
    return item && toVersionedPolicy(item);
  }

  return {
    findVersion,
    policyVersion,
    find: async (clientId: string) => (await findVersion(clientId))?.value,
    policy: async () => (await policyVersion())?.value ?? shippedGlobalPolicy,

    /**
     * Adds or replaces a client, or removes it when `client` is undefined. `expected` is the version the caller decided on;
     * without it, any version is replaced. `takesBack`: the change whose rollback this is; a client that it had removed comes back as the
     * one that it was. A client that may use less than S256 is listed as an exception before its record is
     * written and unlisted after, so that the metadata never announces less than what works. Refuses when the version has
     * changed.
     */
    async put(
      clientId: string,
      client: RegisteredClient | undefined,
      author: Author,
      expected?: number,
      takesBack?: string,
    ): Promise<Result<number, Conflict>> {
      const current = await findVersion(clientId);
      const isException = client !== undefined && mayUseLess(client);
      const since = client ? sinceFor(client, current?.value, takesBack !== undefined, now()) : removedMark;
      const next = client && { ...client, since };
      await database.put({ TableName: table, Item: directoryKey(clientId) });
      if (isException) await markException(clientId, 'ADD');
      const logged = { before: current?.value && loggedClient(current.value), after: client && loggedClient(client) };
      const change = { ...author, client: clientId, since: current?.value?.since, ...logged };
      const written = await write(clientKey(clientId), next && storedValue(next), change, current, expected, since);
      if (written.ok && !isException) await markException(clientId, 'DELETE');
      return written;
    },

    /** Sets the global policy; `expected` as in `put`. */
    async putPolicy(policy: GlobalPolicy, author: Author, expected?: number): Promise<Result<number, Conflict>> {
      const current = await policyVersion();
      const logged = { before: current?.value ?? shippedGlobalPolicy, after: policy };
      return write(policyKey, policy, { ...author, ...logged }, current, expected);
    },

    /** Lists clients in the order of their ids, starting after `after`. */
    async list(limit = 100, after?: string): Promise<Page<Versioned<RegisteredClient>>> {
      const { items, next } = await database.queryPage({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'directory' },
        Limit: limit,
        ...(after !== undefined && { ExclusiveStartKey: directoryKey(after) }),
      });
      const found = await Promise.all(items.map((item) => findVersion(item['sk'] as string)));
      return {
        items: found.filter((entry): entry is Versioned<RegisteredClient> => entry?.value !== undefined),
        ...(next && { next: next['sk'] as string }),
      };
    },

    /** Lists the changes of one client or of everything, latest first. */
    async changes(limit: number, clientId?: string): Promise<Change[]> {
      const items = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'changes', ...(clientId !== undefined && { ':client': clientId }) },
        ...(clientId !== undefined && { FilterExpression: 'client = :client' }),
        ScanIndexForward: false,
      });
      return items.slice(0, limit).map(toChange);
    },

    /** Returns a page of the changes of one client or of everything, latest first, starting after the change with the id `after`. */
    async changesPage(limit: number, { after, client }: { after?: string; client?: string }): Promise<Page<Change>> {
      const items: Item[] = [];
      let next: Item | undefined = after === undefined ? undefined : changeKey(after);
      do {
        const page = await database.queryPage({
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': 'changes', ...(client !== undefined && { ':client': client }) },
          ...(client !== undefined && { FilterExpression: 'client = :client' }),
          ScanIndexForward: false,
          // DynamoDB filters after it limits, so a filtered page may come back nearly empty.
          Limit: client === undefined ? limit - items.length : 1_000,
          ...(next && { ExclusiveStartKey: next }),
        });
        items.push(...page.items);
        next = page.next;
      } while (next && items.length < limit);
      const last = items[limit - 1];
      const hasMore = items.length > limit || next !== undefined;
      return { items: items.slice(0, limit).map(toChange), ...(hasMore && last && { next: last['sk'] as string }) };
    },

    async findChange(id: string): Promise<Change | undefined> {
      const item = await database.get({ TableName: table, Key: changeKey(id), ConsistentRead: true });
      return item && toChange(item);
    },
  };

  /** Writes a record and its change in one conditional write. Returns the new version. */
  async function write(
    key: Item,
    value: RegisteredClient | GlobalPolicy | undefined,
    logged: Omit<Change, 'id' | 'at'>,
    current: Versioned<unknown> | undefined,
    expected: number | undefined,
    since?: string,
  ): Promise<Result<number, Conflict>> {
    const version = current?.version ?? 0;
    if (expected !== undefined && expected !== version) return refuse({ reason: 'changed_meanwhile', version });
    if (current) await log(current.lastChange);
    const at = now();
    const change: Change = { id: changeId(at, version + 1), at, ...logged };
    const always = ['version = :next', 'lastChange = :change', 'attempt = :attempt'];
    const set = [...(value ? ['#value = :value'] : []), ...(since === undefined ? [] : ['#since = :since'])];
    const remove = [...(value ? [] : ['#value']), ...(since === undefined ? ['#since'] : [])];
    const outcome = await database.updateOnce({
      TableName: table,
      Key: key,
      UpdateExpression: `SET ${[...always, ...set].join(', ')} REMOVE ${[...remove, 'replacedSecrets', 'purgeAt'].join(', ')}`,
      ConditionExpression: current ? 'version = :version' : 'attribute_not_exists(version)',
      ExpressionAttributeNames: { '#value': 'value', '#since': 'since' },
      ExpressionAttributeValues: {
        ':next': version + 1,
        ':change': change,
        ':attempt': randomId(),
        ...(value && { ':value': value }),
        ...(since !== undefined && { ':since': since }),
        ...(current && { ':version': version }),
      },
    });
    if (!outcome.won) return refuse({ reason: 'changed_meanwhile', version: Number(outcome.item?.['version'] ?? 0) });
    await log(change);
    return ok(version + 1);
  }

  async function log(change: Change): Promise<void> {
    await database.put({ TableName: table, Item: { ...changeKey(change.id), ...change } });
  }

  async function markException(clientId: string, verb: 'ADD' | 'DELETE'): Promise<void> {
    await database.update({
      TableName: table,
      Key: exceptionsKey,
      UpdateExpression: `${verb} clientIds :one`,
      ExpressionAttributeValues: { ':one': new Set([clientId]) },
    });
  }
}
