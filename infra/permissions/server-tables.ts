import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';

/** What functions are granted uses of: the four tables, and the KMS key. */
export interface ServerTables {
  readonly grants: TableV2;
  readonly clients: TableV2;
  readonly people: TableV2;
  readonly keys: TableV2;
  /** Encrypts private signing keys before they are written to the Keys table. */
  readonly wrappingKey: Key;
}
