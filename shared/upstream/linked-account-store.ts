import * as v from 'valibot';
import type { Database } from '../aws/dynamodb.ts';
import type { Account } from '../people/account.ts';
import { accountKey, claimAttributes, toClaims, toStanding, waysRecord } from '../people/standing-store.ts';
import { type Standing, standingAttributes, standsBy, wayAttributes } from '../people/still-valid.ts';
import type { UpstreamIdentity } from './identity.ts';
import { linkStore } from './link-store.ts';

/** The account that an identity is linked to, as far as tokens need it. */
export type LinkedAccount = { sub: string; standing: Standing; claims: Account['claims'] };

/**
 * Finds the account that an identity of a provider is linked to, by issuer and subject and nothing else (OpenID Connect Core §5.7).
 * A link that was removed with others counts no more, whether it is deleted yet or not.
 */
export function linkedAccountStore(database: Database, table: string) {
  const links = linkStore(database, table);
  return {
    async find(pair: Pick<UpstreamIdentity, 'issuer' | 'subject'>): Promise<LinkedAccount | undefined> {
      const link = await links.find(pair);
      if (link === undefined) return undefined;
      const ProjectionExpression = [...claimAttributes, ...standingAttributes, ...wayAttributes].join(', ');
      const Key = accountKey(link.sub);
      const item = await database.get({ TableName: table, Key, ConsistentRead: true, ProjectionExpression });
      if (item === undefined || !standsBy(v.parse(waysRecord, item), link)) return undefined;
      return { sub: link.sub, standing: toStanding(item), claims: toClaims(item) };
    },
  };
}

export type LinkedAccountStore = ReturnType<typeof linkedAccountStore>;
