import type { Database, Item } from '../aws/dynamodb.ts';
import { withoutHome } from '../home.ts';
import type { Account } from '../people/account.ts';
import { accountKey, claimAttributes, standingOnly, toClaims, toStanding } from '../people/standing-store.ts';
import type { Standing } from '../people/still-valid.ts';
import { type Grant, toldSubject } from './grant.ts';
import { toGrant } from './grant-record.ts';

/** A grant, and whether its person still stands by it. */
export type GrantAndStanding = { grant: Grant | undefined; standing: Standing | undefined };

type Wanted = Parameters<Database['getTogether']>[0][number];

/** Finds a grant in another region; undefined for one that is here. `grantId`: as an access token names it. */
export type FindElsewhere = (grantId: string) => Promise<Grant | undefined> | undefined;

export type SubjectStore = ReturnType<typeof subjectStore>;

/**
 * The grant of an access token and the account behind it, in one call of the database, read consistently; in two for a pairwise
 * subject. Where there are several regions, `findElsewhere` asks the others for their grants.
 */
export function subjectStore(
  database: Database,
  tables: { grants: string; people: string },
  findElsewhere?: FindElsewhere,
) {
  async function read(grantId: string, sub: string, ProjectionExpression: string) {
    const accountOf = (subject: string) => ({
      TableName: tables.people,
      Key: accountKey(subject),
      ProjectionExpression,
    });
    const elsewhere = findElsewhere?.(grantId);
    const [grant, account] = await (elsewhere === undefined
      ? readHere(withoutHome(grantId), accountOf(sub))
      : Promise.all([elsewhere, findOne(accountOf(sub))]));
    // A pairwise subject leads to no account; the grant says whose it is.
    if (grant === undefined || grant.sub === sub || toldSubject(grant) !== sub) return { grant, account };
    return { grant, account: await findOne(accountOf(grant.sub)) };
  }

  async function readHere(id: string, accountKey: Wanted): Promise<[Grant | undefined, Item | undefined]> {
    const [item, account] = await database.getTogether([{ TableName: tables.grants, Key: { id } }, accountKey]);
    return [item && toGrant(item), account];
  }

  const findOne = async (one: Wanted): Promise<Item | undefined> => (await database.getTogether([one]))[0];

  return {
    /** Only what decides whether the token is in force. */
    async findStanding(grantId: string, sub: string): Promise<GrantAndStanding> {
      const { grant, account } = await read(grantId, sub, standingOnly.ProjectionExpression);
      return { grant, standing: account && toStanding(account) };
    },

    /** The claims of the person besides. */
    async findClaims(grantId: string, sub: string): Promise<GrantAndStanding & { claims: Account['claims'] }> {
      const { grant, account } = await read(
        grantId,
        sub,
        [...claimAttributes, standingOnly.ProjectionExpression].join(', '),
      );
      return {
        grant,
        standing: account && toStanding(account),
        claims: account ? toClaims(account) : {},
      };
    },
  };
}
