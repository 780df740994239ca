import * as v from 'valibot';
import type { Database, Item } from '../aws/dynamodb.ts';
import { cached, cachedByKey } from '../cached.ts';
import { clientAuthenticationMethods } from '../oauth/server-metadata.ts';
import { type GlobalPolicy, type PkcePolicy, pkcePolicies, resolveRules, shippedGlobalPolicy } from '../pkce/policy.ts';
import { isPublic, policySettings, type RegisteredClient, registrableGrantTypes } from './registered-client.ts';

/** Changes of a client or of the policy take effect within this many seconds. */
const remembered = 30;

const globalKey = { pk: 'global', sk: 'policy' };
const exceptionsKey = { pk: 'global', sk: 'exceptions' };
const clientKey = (clientId: string) => ({ pk: `client#${clientId}`, sk: 'record' });

export type ClientReader = ReturnType<typeof clientReader>;
export type ClientStore = ReturnType<typeof clientStore>;

/** Reads clients and the policy, remembered for 30 s. What cannot be read or understood throws: it never means "no PKCE". */
export function clientReader(database: Database, table: string, now: () => number) {
  const find = cachedByKey((clientId) => readClient(database, table, clientId), remembered, now, 1_000);

  const globalPolicy = cached(
    async (): Promise<GlobalPolicy> => {
      const item = await database.get({ TableName: table, Key: globalKey });
      return item === undefined ? shippedGlobalPolicy : v.parse(globalPolicyRecord, item);
    },
    remembered,
    now,
  );

  /** What is refused today for clients that inherit, and for every client with an exception: what the metadata may announce. */
  const policiesInForce = cached(
    async (): Promise<PkcePolicy[]> => {
      const global = await globalPolicy();
      const inherited = resolveRules({ policy: 'inherit', isPublic: false }, global, now()).enforced;
      if (inherited !== 'S256') return [inherited];
      const item = await database.get({ TableName: table, Key: exceptionsKey });
      for (const clientId of (item?.['clientIds'] as Set<string> | undefined) ?? []) {
        const client = await find(clientId);
        if (client === undefined || client.disabled) continue;
        const { enforced } = resolveRules(policySettings(client), global, now());
        if (enforced !== 'S256') return [inherited, enforced];
      }
      return [inherited];
    },
    remembered,
    now,
  );

  return { find, globalPolicy, policiesInForce };
}

/** Writes clients and the policy. */
export function clientStore(database: Database, table: string) {
  return {
    find: (clientId: string) => readClient(database, table, clientId),

    /**
     * Adds a client or replaces it. A client that may use less than S256 is listed among the exceptions before its record
     * is there, and taken off after, so that the metadata never announces less than what works.
     */
    async put(client: RegisteredClient): Promise<void> {
      const exception = mayUseLess(client);
      if (exception) await markException(client.clientId, 'ADD');
      await database.put({ TableName: table, Item: { ...clientKey(client.clientId), ...client } });
      if (!exception) await markException(client.clientId, 'DELETE');
    },
  };

  async function markException(clientId: string, verb: 'ADD' | 'DELETE'): Promise<void> {
    await database.update({
      TableName: table,
      Key: exceptionsKey,
      UpdateExpression: `${verb} clientIds :one`,
      ExpressionAttributeValues: { ':one': new Set([clientId]) },
    });
  }
}

/** Whether anything in the record can take the client below S256 when the global policy asks for it. */
const mayUseLess = ({ pkce }: RegisteredClient): boolean =>
  (pkce.policy !== 'inherit' && pkce.policy !== 'S256') || pkce.mode === 'report' || pkce.waiver !== undefined;

async function readClient(database: Database, table: string, clientId: string): Promise<RegisteredClient | undefined> {
  const item = await database.get({ TableName: table, Key: clientKey(clientId) });
  return item === undefined ? undefined : toClient(item);
}

const policyValue = v.picklist(pkcePolicies);
const modeValue = v.picklist(['enforce', 'report']);

const globalPolicyRecord = v.object({ default: policyValue, floor: policyValue, mode: modeValue });

const clientRecord = v.object({
  clientId: v.string(),
  clientName: v.optional(v.string()),
  redirectUris: v.array(v.string()),
  tokenEndpointAuthMethod: v.picklist(clientAuthenticationMethods),
  secretHashes: v.array(v.string()),
  grantTypes: v.array(v.picklist(registrableGrantTypes)),
  scope: v.array(v.string()),
  firstParty: v.boolean(),
  disabled: v.boolean(),
  pkce: v.object({
    policy: v.picklist([...pkcePolicies, 'inherit']),
    mode: v.optional(modeValue),
    enforceAfter: v.optional(v.number()),
    waiver: v.optional(v.object({ owner: v.string(), reason: v.string(), until: v.number() })),
    acceptLowercaseMethod: v.optional(v.boolean()),
    acceptShortVerifier: v.optional(v.boolean()),
  }),
});

function toClient(item: Item): RegisteredClient {
  const client = v.parse(clientRecord, item);
  if (!isPublic(client) && client.secretHashes.length === 0) throw new Error('a confidential client has no secret');
  return client;
}
