import { cachedByKey } from '../../shared/cached.ts';
import { clientKey } from '../../shared/clients/records.ts';
import type { Runtime } from '../runtime.ts';

/**
 * Tells of a client that registered itself whether it has yet to come here from the first region. An agent opens a browser at once, which
 * may be anywhere. One that has come is not looked for again.
 */
export function lateClients({ config, database }: Runtime): (clientId: string) => Promise<boolean> {
  const isHere = cachedByKey(
    async (clientId): Promise<boolean> => {
      const Key = clientKey(clientId);
      return (await database.get({ TableName: config.tables.clients, Key, ConsistentRead: true })) !== undefined;
    },
    Infinity,
    () => 0,
    1_000,
    (found) => found,
  );
  // Who answers will find out as well that there is no answer.
  return async (clientId) => !(await isHere(clientId).catch(() => true));
}
