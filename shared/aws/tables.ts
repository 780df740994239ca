/**
 * The four tables, defined once: the CDK stack and the local run create them from here, the stores read the names of the attributes.
 * All keys are strings. `timeToLive` names an attribute in epoch seconds that only removes rubbish; expiry is judged in code.
 */
export type TableDefinition = {
  partitionKey: string;
  sortKey?: string;
  timeToLive?: string;
  /** Other ways to find items: those that have both attributes, and only by their keys. */
  indexes?: Readonly<Record<string, { partitionKey: string; sortKey: string }>>;
};

export const tableDefinitions = {
  /** Codes with their challenges, and what becomes of them: one item per grant. */
  grants: {
    partitionKey: 'id',
    timeToLive: 'purgeAt',
    /** Grants with refresh tokens by their person. They get `heldBy` in the write that spends the code, so it costs no call. */
    indexes: { byPerson: { partitionKey: 'heldBy', sortKey: 'clientId' } },
  },
  /** Client records with their PKCE policy, the global policy, and the change log of both. */
  clients: { partitionKey: 'pk', sortKey: 'sk' },
  /** Accounts, sessions and throttle counters. */
  people: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'purgeAt' },
  /** Signing keys; the private part is encrypted. */
  keys: { partitionKey: 'pk', sortKey: 'sk' },
} as const satisfies Record<string, TableDefinition>;

export type TableName = keyof typeof tableDefinitions;
