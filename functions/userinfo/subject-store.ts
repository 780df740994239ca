import type { Database } from '../../shared/aws/dynamodb.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import { toGrant } from '../../shared/grants/grant-store.ts';
import type { Account } from '../../shared/people/account.ts';
import { accountKey, claimsOnly, toClaims } from '../../shared/people/account-item-store.ts';

/** The grant of an access token and the claims of the person behind it, in one call of the database, read consistently. */
export const subjectStore = (database: Database, tables: { grants: string; people: string }) => ({
  async find(
    grantId: string,
    sub: string,
  ): Promise<{ grant: Grant | undefined; claims: Account['claims'] | undefined }> {
    const [grant, account] = await database.getTogether([
      { TableName: tables.grants, Key: { id: grantId } },
      { TableName: tables.people, Key: accountKey(sub), ...claimsOnly },
    ]);
    return { grant: grant && toGrant(grant), claims: account && toClaims(account) };
  },
});

export type SubjectStore = ReturnType<typeof subjectStore>;
