import type { Database, Item } from '../aws/dynamodb.ts';
import { randomId } from '../random-bytes.ts';
import { hashSecret } from '../secret.ts';
import { type Change, changeId, loggedClient } from './change.ts';
import { changeKey, clientKey, storedValue, toVersionedClient } from './records.ts';
import type { RegisteredClient } from './registered-client.ts';
import { newSince } from './since.ts';

/*
 * Clients that registered themselves (RFC 7591), and the tokens that let them, in the Clients table. Both have an end:
 *
 *   client#<id>    record  the record of a client as of any other, with `purgeAt`, until an operator changes it; who registered with a
 *                          token can manage it with another one, whose hash stands beside
 *   registration   <hash>  an initial access token (RFC 7591 §1.2): its name, what it allows, and how often
 */

/** Seconds for which an entry lives that nobody has used yet. */
export const unusedFor = 86_400;

/** A token that an operator makes for those who may register. Times in epoch seconds. */
export type InitialToken = {
  name: string;
  by: string;
  createdAt: number;
  expiresAt: number;
  /** How many registrations are left. Absent: any number. */
  usesLeft?: number | undefined;
  /** Whether clients with a secret or a key of their own may register. */
  confidential: boolean;
};

/**
 * A client that registered itself. `isOperators`: an operator has changed it since. `managedBy`: the hash of the token that manages it,
 * if one does. Times in epoch seconds.
 */
export type Registration = {
  client: RegisteredClient;
  version: number;
  registeredAt: number;
  isOperators: boolean;
  managedBy?: string;
};

/** What came of adding a client: `gone` when an operator has removed it. */
export type Added = { outcome: 'added' | 'known'; registration: Registration } | { outcome: 'gone' };

export type RegistrationStore = ReturnType<typeof registrationStore>;

const tokenKey = (token: string) => ({ pk: 'registration', sk: hashSecret(token) });

export function registrationStore(database: Database, table: string) {
  async function read(clientId: string): Promise<Item | undefined> {
    return database.get({ TableName: table, Key: clientKey(clientId), ConsistentRead: true });
  }

  const queryTokens = (): Promise<Item[]> =>
    database.query({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'registration' },
    });

  return {
    addToken: (
      token: string,
      { name, by, createdAt, expiresAt, usesLeft, confidential }: InitialToken,
    ): Promise<void> =>
      database.put({
        TableName: table,
        Item: { ...tokenKey(token), name, by, createdAt, usesLeft, confidential, purgeAt: expiresAt },
      }),

    async findToken(token: string, now: number): Promise<InitialToken | undefined> {
      const item = await database.get({ TableName: table, Key: tokenKey(token), ConsistentRead: true });
      const found = item && toToken(item);
      return found && now < found.expiresAt && found.usesLeft !== 0 ? found : undefined;
    },

    /** Lists the tokens that still work. */
    listTokens: async (now: number): Promise<InitialToken[]> =>
      (await queryTokens())
        .map(toToken)
        .filter(({ expiresAt, usesLeft }) => now < expiresAt && usesLeft !== 0)
        .toSorted((one, other) => (one.name < other.name ? -1 : 1)),

    /** Removes a token by its name. False when there is none of that name. */
    async removeToken(name: string): Promise<boolean> {
      const found = (await queryTokens()).filter((item) => item['name'] === name);
      for (const { pk, sk } of found) await database.remove({ TableName: table, Key: { pk, sk } });
      return found.length > 0;
    },

    /** Uses a token up by one, where its uses are counted. False when there are none left: of several at once, only so many win. */
    async spendToken(token: string, { usesLeft }: InitialToken): Promise<boolean> {
      if (usesLeft === undefined) return true;
      const { won } = await database.updateOnce({
        TableName: table,
        Key: tokenKey(token),
        UpdateExpression: 'SET usesLeft = usesLeft - :one, attempt = :attempt',
        ConditionExpression: 'usesLeft >= :one',
        ExpressionAttributeValues: { ':one': 1, ':attempt': randomId() },
      });
      return won;
    },

    /** Adds a client, for a day unless it is used. The same id again is the same client. `by` is for the log. */
    async add(client: RegisteredClient, by: string, now: number, managedBy?: string): Promise<Added> {
      const change: Change = { id: changeId(now, 1), at: now, by, why: 'registered itself', client: client.clientId };
      const since = newSince(now);
      const lastChange = { ...change, after: loggedClient(client) };
      const { won, item } = await database.updateOnce({
        TableName: table,
        Key: clientKey(client.clientId),
        UpdateExpression:
          'SET version = :one, lastChange = :change, #value = :value, #since = :since, registeredAt = :now, purgeAt = :purgeAt, managedBy = :managedBy, attempt = :attempt',
        ConditionExpression: 'attribute_not_exists(pk) OR purgeAt <= :now',
        ExpressionAttributeNames: { '#value': 'value', '#since': 'since' },
        ExpressionAttributeValues: {
          ':one': 1,
          ':change': lastChange,
          ':value': storedValue(client),
          ':since': since,
          ':now': now,
          ':purgeAt': now + unusedFor,
          ':managedBy': managedBy ?? '',
          ':attempt': randomId(),
        },
      });
      const registration = item && toRegistration(item);
      if (registration === undefined) return { outcome: 'gone' };
      // What an operator let in is in the log of changes; what strangers write has an end.
      if (won && managedBy !== undefined) {
        await database.put({ TableName: table, Item: { ...changeKey(change.id), ...lastChange } });
      }
      return { outcome: won ? 'added' : 'known', registration };
    },

    /** The client that this token manages. Undefined for another token, and for a client that nobody manages by one. */
    async findManaged(clientId: string, token: string, now: number): Promise<Registration | undefined> {
      const item = await read(clientId);
      if (item === undefined || isOver(item, now)) return undefined;
      const found = toRegistration(item);
      return found?.managedBy !== undefined && found.managedBy === hashSecret(token) ? found : undefined;
    },

    /** Replaces what a client says about itself, and the token that manages it. False when something else came first. */
    async replace(
      client: RegisteredClient,
      { client: current, version, managedBy = '' }: Registration,
      next: string,
      now: number,
    ) {
      const change = { id: changeId(now, version + 1), at: now, by: client.clientId, why: 'changed itself' };
      const logged = { before: loggedClient(current), after: loggedClient(client) };
      const lastChange = { ...change, client: client.clientId, ...logged };
      const { won } = await database.updateOnce({
        TableName: table,
        Key: clientKey(client.clientId),
        UpdateExpression:
          'SET version = :next, lastChange = :change, #value = :value, managedBy = :token, attempt = :attempt',
        ConditionExpression: 'version = :version AND managedBy = :managedBy',
        ExpressionAttributeNames: { '#value': 'value' },
        ExpressionAttributeValues: {
          ':next': version + 1,
          ':version': version,
          ':change': lastChange,
          ':value': storedValue(client),
          ':managedBy': managedBy,
          ':token': hashSecret(next),
          ':attempt': randomId(),
        },
      });
      if (won) await database.put({ TableName: table, Item: { ...changeKey(change.id), ...lastChange } });
      return won;
    },

    /** Removes a client for good: it can be registered again. The log comes first: nothing is left to repair it by. */
    async remove({ client, version }: Pick<Registration, 'client' | 'version'>, now: number): Promise<void> {
      const { clientId, since } = client;
      const change = { id: changeId(now, version + 1), at: now, by: clientId, why: 'removed itself' };
      const Item = { ...changeKey(change.id), ...change, client: clientId, since, before: loggedClient(client) };
      await database.put({ TableName: table, Item });
      await database.remove({ TableName: table, Key: clientKey(clientId) });
    },
  };
}

/** Whether an item has come to its end, deleted or not. */
const isOver = ({ purgeAt }: Item, now: number): boolean => purgeAt !== undefined && Number(purgeAt) <= now;

function toRegistration(item: Item): Registration | undefined {
  const { value: client, version } = toVersionedClient(item);
  if (client === undefined) return undefined;
  const { managedBy, purgeAt, registeredAt } = item;
  return {
    client,
    version,
    registeredAt: Number(registeredAt),
    isOperators: purgeAt === undefined,
    ...(typeof managedBy === 'string' && managedBy !== '' && { managedBy }),
  };
}

const toToken = (item: Item): InitialToken => ({
  name: String(item['name']),
  by: String(item['by']),
  createdAt: Number(item['createdAt']),
  expiresAt: Number(item['purgeAt']),
  usesLeft: item['usesLeft'] === undefined ? undefined : Number(item['usesLeft']),
  confidential: item['confidential'] === true,
});
