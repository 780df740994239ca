import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { generateSecret } from '../secret.ts';
import { type Consent, type ConsentNeed, consentKey, consentLists, consentPartition, toConsent } from './consent.ts';

/** Seconds within which the allowed request must come back. */
const goOnWithin = 300;

export type ConsentStore = ReturnType<typeof consentStore>;

/**
 * What is allowed, for which request, to which of the clients that have had the id, and under which epoch and document, if it has one; `now`
 * in epoch seconds.
 */
export type Allowed = {
  need: ConsentNeed;
  requestHash: string;
  clientEpoch: number;
  clientSince?: string | undefined;
  documentHash?: string | undefined;
  now: number;
};

/** Consents in the People table, one partition per person and one item per client. */
export function consentStore(database: Database, table: string) {
  return {
    async find(sub: string, clientId: string): Promise<Consent | undefined> {
      const item = await database.get({ TableName: table, Key: consentKey(sub, clientId), ConsistentRead: true });
      return item && toConsent(item);
    },

    /**
     * Remembers what a person allows a client now, and the request it was for: beside what they allowed before, or in the place of
     * what they have taken back since, or of what they allowed to another client or document. One write that adds, so of several at once none is lost.
     */
    async allow(sub: string, clientId: string, allowed: Allowed): Promise<void> {
      const Key = consentKey(sub, clientId);
      const write = async (step: ReturnType<typeof adding>): Promise<boolean> => {
        try {
          await database.update({ TableName: table, Key, ...step });
          return true;
        } catch (error) {
          if (error instanceof ConditionFailed) return false;
          throw error;
        }
      };
      if (await write(adding(allowed))) return;
      if (await write(replacing(allowed))) return;
      // Somebody may have replaced what was taken back in this moment. If it does not go now, this is what was taken back.
      await write(adding(allowed));
    },

    /** Spends the permission for one request. Returns true to exactly one caller, and only in time. */
    async useRequest(sub: string, clientId: string, requestHash: string, now: number): Promise<boolean> {
      const { won } = await database.updateOnce({
        TableName: table,
        Key: consentKey(sub, clientId),
        UpdateExpression: 'SET attempt = :attempt REMOVE #request',
        ConditionExpression: '#request.#hash = :hash AND #request.#until > :now',
        ExpressionAttributeNames: { '#request': 'request', '#hash': 'hash', '#until': 'until' },
        ExpressionAttributeValues: { ':hash': requestHash, ':now': now, ':attempt': generateSecret() },
      });
      return won;
    },

    /** Lists everything a person allowed, with client ids. */
    async list(sub: string): Promise<(Consent & { clientId: string })[]> {
      const items: Item[] = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': consentPartition(sub) },
      });
      return items.map((item) => ({ ...toConsent(item), clientId: item['sk'] as string }));
    },

    /** Makes the client ask again. Tokens it already has are not affected; see the docs. */
    revoke: (sub: string, clientId: string): Promise<void> =>
      database.remove({ TableName: table, Key: consentKey(sub, clientId) }),
  };
}

/** Adds to a consent of the same epoch, client and document, or to none. */
function adding(allowed: Allowed) {
  const { clientEpoch } = allowed;
  const lists = consentLists.filter((name) => allowed.need[name].length > 0);
  const { names, values } = membersOf(allowed, lists);
  // A consent of the first form has no epoch, and neither of the others.
  const isFirstForm = clientEpoch === 0 && madeFor.every((name) => allowed[name] === undefined);
  return {
    UpdateExpression: [
      setAlways(allowed),
      ...(lists.length > 0 ? [`ADD ${lists.map((name) => `#${name} :${name}`).join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: `attribute_not_exists(${isFirstForm ? 'clientEpoch' : 'pk'}) OR (${[
      'clientEpoch = :epoch',
      ...madeFor.flatMap((name) => sameAs(name, allowed)),
    ].join(' AND ')})`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** Takes the place of a consent of an earlier epoch, or to another client of this id, or for another document. */
function replacing(allowed: Allowed) {
  const lists = consentLists.filter((name) => allowed.need[name].length > 0);
  const empty = consentLists.filter((name) => !lists.includes(name));
  const removed = [
    ...empty.map((name) => `#${name}`),
    ...(allowed.need.detailsHash === undefined ? ['detailsHash'] : []),
    ...(allowed.clientSince === undefined ? ['clientSince'] : []),
  ];
  const { names, values } = membersOf(allowed, lists);
  const others = madeFor.flatMap((name) => otherThan(name, allowed));
  return {
    UpdateExpression: [
      [setAlways(allowed), ...lists.map((name) => `#${name} = :${name}`)].join(', '),
      ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: `attribute_not_exists(clientEpoch) OR clientEpoch < :epoch OR (clientEpoch = :epoch AND (${others.join(' OR ')}))`,
    ExpressionAttributeNames: { ...names, ...Object.fromEntries(empty.map((name) => [`#${name}`, name])) },
    ExpressionAttributeValues: values,
  };
}

/** Whom a consent is for, besides the epoch: attributes, and the placeholders of their values. */
const madeFor = ['clientSince', 'documentHash'] as const;
const placeholders = { clientSince: ':since', documentHash: ':document' } as const;

/** A client without a document is held to none; one without a mark has no consents with one. */
function sameAs(name: (typeof madeFor)[number], allowed: Allowed): string[] {
  if (allowed[name] !== undefined) return [`${name} = ${placeholders[name]}`];
  return name === 'clientSince' ? [`attribute_not_exists(${name})`] : [];
}

function otherThan(name: (typeof madeFor)[number], allowed: Allowed): string[] {
  if (allowed[name] !== undefined) return [`attribute_not_exists(${name}) OR ${name} <> ${placeholders[name]}`];
  return name === 'clientSince' ? [`attribute_exists(${name})`] : [];
}

const setAlways = ({ clientSince, documentHash, need: { detailsHash } }: Allowed): string =>
  `SET grantedAt = :now, clientEpoch = :epoch, #request = :request${clientSince === undefined ? '' : ', clientSince = :since'}${documentHash === undefined ? '' : ', documentHash = :document'}${detailsHash === undefined ? '' : ', detailsHash = :details'}`;

const membersOf = (
  { need, requestHash, clientEpoch, clientSince, documentHash, now }: Allowed,
  lists: (typeof consentLists)[number][],
) => ({
  names: { '#request': 'request', ...Object.fromEntries(lists.map((name) => [`#${name}`, name])) },
  values: {
    ':now': now,
    ':epoch': clientEpoch,
    ...(clientSince !== undefined && { ':since': clientSince }),
    ...(documentHash !== undefined && { ':document': documentHash }),
    ...(need.detailsHash !== undefined && { ':details': need.detailsHash }),
    ':request': { hash: requestHash, until: now + goOnWithin },
    ...Object.fromEntries(lists.map((name) => [`:${name}`, new Set(need[name])])),
  },
});
