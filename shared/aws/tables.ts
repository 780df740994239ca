/**
 * The four tables, from which the CDK stack and the local run create them and the stores take attribute names. All keys are
 * strings. `timeToLive` names an attribute in epoch seconds that only removes old items; code judges expiry.
 */
export type TableDefinition = {
  partitionKey: string;
  sortKey?: string;
  timeToLive?: string;
  /** Secondary indexes. They hold the items that have both attributes, and project only their keys. */
  indexes?: Readonly<Record<string, { partitionKey: string; sortKey: string }>>;
};

export const tableDefinitions = {
  /** Authorization codes with their challenges and what becomes of them: one item per grant. */
  grants: {
    partitionKey: 'id',
    timeToLive: 'purgeAt',
    /** Grants with refresh tokens by person. The write that spends the code sets `heldBy`, so the index costs no call. */
    indexes: { byPerson: { partitionKey: 'heldBy', sortKey: 'clientId' } },
  },
  /** Client records with their PKCE policy, the global policy, and the change log of both. */
  clients: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'purgeAt' },
  /** Accounts, sessions and throttle counters. */
  people: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'purgeAt' },
  /** Signing keys; the private part is encrypted. */
  keys: { partitionKey: 'pk', sortKey: 'sk' },
} as const satisfies Record<string, TableDefinition>;

export type TableName = keyof typeof tableDefinitions;
