import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/** What functions are granted uses of: the four tables, and the KMS key. */
export interface ServerTables {
  readonly grants: ITableV2;
  readonly clients: ITableV2;
  readonly people: ITableV2;
  readonly keys: ITableV2;
  /** Encrypts private signing keys before they are written to the Keys table. */
  readonly wrappingKey: IKey;
}
