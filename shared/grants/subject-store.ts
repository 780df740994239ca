import type { Database } from '../aws/dynamodb.ts';
import type { Account } from '../people/account.ts';
import { accountKey, claimAttributes, standingOnly, toClaims, toStanding } from '../people/standing-store.ts';
import type { Standing } from '../people/still-valid.ts';
import type { Grant } from './grant.ts';
import { toGrant } from './grant-record.ts';

/** A grant, and whether its person still stands by it. */
export type GrantAndStanding = { grant: Grant | undefined; standing: Standing | undefined };

export type SubjectStore = ReturnType<typeof subjectStore>;

/** The grant of an access token and the account behind it, in one call of the database, read consistently. */
export function subjectStore(database: Database, tables: { grants: string; people: string }) {
  const read = (grantId: string, sub: string, ProjectionExpression: string) =>
    database.getTogether([
      { TableName: tables.grants, Key: { id: grantId } },
      { TableName: tables.people, Key: accountKey(sub), ProjectionExpression },
    ]);

  return {
    /** Only what decides whether the token is in force. */
    async findStanding(grantId: string, sub: string): Promise<GrantAndStanding> {
      const [grant, account] = await read(grantId, sub, standingOnly.ProjectionExpression);
      return { grant: grant && toGrant(grant), standing: account && toStanding(account) };
    },

    /** The claims of the person besides. */
    async findClaims(grantId: string, sub: string): Promise<GrantAndStanding & { claims: Account['claims'] }> {
      const [grant, account] = await read(
        grantId,
        sub,
        [...claimAttributes, standingOnly.ProjectionExpression].join(', '),
      );
      return {
        grant: grant && toGrant(grant),
        standing: account && toStanding(account),
        claims: account ? toClaims(account) : {},
      };
    },
  };
}
