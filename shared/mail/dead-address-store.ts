import type { Database } from '../aws/dynamodb.ts';
import { usernameKey } from '../people/account.ts';
import { hashSecret } from '../secret.ts';
import { sendableForm } from './address.ts';

/** Why an address is not written to: the mail came back for good, or the person reported it as unwanted. */
export type DeadBecause = 'bounce' | 'complaint';

/** Seconds: half a year. A mailbox may be there again, and somebody may have changed their mind. */
const rememberedFor = 15_552_000;

export type DeadAddressStore = ReturnType<typeof deadAddressStore>;

/** Addresses that are not written to again, in the People table, by their hash. */
export function deadAddressStore(database: Database, table: string) {
  const keyOf = (address: string) => {
    const hash = hashSecret(usernameKey(sendableForm(address) ?? address));
    return { pk: `dead-address#${hash}`, sk: 'dead-address' };
  };

  return {
    /** Records it. Doing so twice is the same as once. */
    record: (address: string, because: DeadBecause, now: number): Promise<void> =>
      database.put({
        TableName: table,
        Item: { ...keyOf(address), because, since: now, purgeAt: now + rememberedFor },
      }),

    async isDead(address: string, now: number): Promise<boolean> {
      const item = await database.get({ TableName: table, Key: keyOf(address) });
      return item !== undefined && now < (item['purgeAt'] as number);
    },

    forget: (address: string): Promise<void> => database.remove({ TableName: table, Key: keyOf(address) }),
  };
}
