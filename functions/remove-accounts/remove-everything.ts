import type { Database } from '../../shared/aws/dynamodb.ts';
import { consentPartition } from '../../shared/people/consent.ts';
import { passkeyPartition, userHandleOf } from '../../shared/people/passkey.ts';
import { totpPartition } from '../../shared/people/totp-store.ts';
import { linkStore, linksPartition } from '../../shared/upstream/link-store.ts';

/** Deletes what is in the name of a person besides the account, sessions and grants: links, consents, passkeys and the second factor. */
export async function removeBelongings(sub: string, database: Database, table: string): Promise<void> {
  const links = linkStore(database, table);
  for (const { id } of await links.list(sub)) await links.release(sub, id);
  const partitions = [
    linksPartition(sub),
    consentPartition(sub),
    passkeyPartition(userHandleOf(sub)),
    totpPartition(sub),
  ];
  for (const partition of partitions) await removePartition(partition, database, table);
}

async function removePartition(pk: string, database: Database, table: string): Promise<void> {
  const items = await database.query({
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
    ProjectionExpression: 'pk, sk',
  });
  for (const { sk } of items) await database.remove({ TableName: table, Key: { pk, sk } });
}
