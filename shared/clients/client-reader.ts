import type { Database } from '../aws/dynamodb.ts';
import { cached, cachedByKey } from '../cached.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { type GlobalPolicy, type PkcePolicy, resolveRules, shippedGlobalPolicy } from '../pkce/policy.ts';
import { type Demand, heldTo } from './profile.ts';
import { clientKey, exceptionsKey, policyKey, toVersionedClient, toVersionedPolicy } from './records.ts';
import { policySettings, type RegisteredClient } from './registered-client.ts';
import { isSelfRegistered } from './reserved-ids.ts';
import { remembered } from './since.ts';
import type { UrlClients } from './url-clients.ts';

export type ClientReader = ReturnType<typeof clientReader>;

/**
 * Reads clients and the policy for the endpoints, remembered for 30 s. Throws when a record cannot be read or understood: that
 * never means "no PKCE". Without `urlClients`, nothing is a client that is not registered.
 * `demand`: what every client is held to.
 */
export function clientReader(
  database: Database,
  table: string,
  now: () => number,
  urlClients?: UrlClients,
  demand?: Demand,
) {
  const findRegistered = cachedByKey(
    async (clientId): Promise<RegisteredClient | undefined> => {
      if (clientId.length > 255) return undefined; // longer than any registered id, and than a key may be
      // Who has just registered themselves comes at once.
      const ConsistentRead = isSelfRegistered(clientId);
      const item = await database.get({ TableName: table, Key: clientKey(clientId), ConsistentRead });
      const stored = item && toVersionedClient(item).value;
      const client = stored && heldTo(stored, demand);
      const expiresAt = item?.['purgeAt'] as number | undefined;
      if (client === undefined || expiresAt === undefined) return client;
      return now() < expiresAt ? { ...client, expiresAt } : undefined;
    },
    remembered,
    now,
    1_000,
    // It may be on its way from another region.
    (client, clientId) => client !== undefined || !isSelfRegistered(clientId),
  );

  const globalPolicy = cached(
    async (): Promise<GlobalPolicy> => {
      const item = await database.get({ TableName: table, Key: policyKey });
      return item ? toVersionedPolicy(item).value : shippedGlobalPolicy;
    },
    remembered,
    now,
  );

  /** The policies that the metadata may announce: what is enforced today for clients that inherit, and for each exception. */
  const policiesInForce = cached(
    async (): Promise<PkcePolicy[]> => {
      if (demand !== undefined) return ['S256'];
      const global = await globalPolicy();
      const inherited = resolveRules({ policy: 'inherit', isPublic: false }, global, now()).enforced;
      if (inherited !== 'S256') return [inherited];
      const item = await database.get({ TableName: table, Key: exceptionsKey });
      for (const clientId of (item?.['clientIds'] as Set<string> | undefined) ?? []) {
        const client = await findRegistered(clientId);
        if (client === undefined || client.disabled) continue;
        const { enforced } = resolveRules(policySettings(client), global, now());
        if (enforced !== 'S256') return [inherited, enforced];
      }
      return [inherited];
    },
    remembered,
    now,
  );

  return {
    findRegistered,

    /** The registered client of this id, or else the one that the URL stands for. */
    async find(clientId: string): Promise<RegisteredClient | undefined> {
      const registered = await findRegistered(clientId);
      if (registered || !urlClients) return registered;
      const found = await urlClients(clientId);
      return found.ok ? heldTo(found.value, demand) : undefined;
    },

    /** Why there is no client of this id. */
    async whyUnknown(clientId: string): Promise<Refusal> {
      const found = await urlClients?.(clientId);
      return found?.ok === false ? found.refusal : { reason: 'client_unknown' };
    },

    globalPolicy,
    policiesInForce,
  };
}
