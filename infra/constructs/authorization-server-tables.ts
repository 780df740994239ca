import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';
import { writeTableParameters } from '../parameters.ts';
import type { ServerTables } from '../permissions/server-tables.ts';
import { type StageSettings, stageSettings } from '../stage.ts';

export interface AuthorizationServerTablesProps {
  /**
   * What the deployment is called. SSM parameters below `/pixy/NAME/` then say where the tables are, to `pixy --stage NAME`.
   *
   * @default - no name, and no parameters
   */
  readonly stage?: string;
  /**
   * Keeps the tables and the key when the stack is deleted, protects the tables from deletion and backs them up continuously. Without it,
   * everything is deleted with the stack.
   *
   * @default true, except for the stage `dev`
   */
  readonly protection?: boolean;
}

/** The environment variables of a function that name the tables and the key. */
export type TableVariable =
  | 'PIXY_GRANTS_TABLE'
  | 'PIXY_CLIENTS_TABLE'
  | 'PIXY_PEOPLE_TABLE'
  | 'PIXY_KEYS_TABLE'
  | 'PIXY_KMS_KEY_ID';

/**
 * The storage of an authorization server: four tables, and the KMS key that encrypts its private signing keys. infra/permissions defines
 * what the functions may do with them.
 */
export class AuthorizationServerTables extends Construct implements ServerTables {
  readonly grants: TableV2;
  readonly clients: TableV2;
  readonly people: TableV2;
  readonly keys: TableV2;
  /** Encrypts private signing keys before they are written to the Keys table. */
  readonly wrappingKey: Key;

  constructor(scope: Construct, id: string, props: AuthorizationServerTablesProps = {}) {
    super(scope, id);
    const settings = stageSettings(props);
    this.grants = this.table('Grants', tableDefinitions.grants, settings);
    this.clients = this.table('Clients', tableDefinitions.clients, settings);
    this.people = this.table('People', tableDefinitions.people, settings);
    this.keys = this.table('Keys', tableDefinitions.keys, settings);
    this.wrappingKey = new Key(this, 'WrappingKey', {
      description: 'Encrypts the private signing keys of the authorization server',
      enableKeyRotation: true,
      removalPolicy: settings.removalPolicy,
    });
    if (props.stage !== undefined) writeTableParameters(this, props.stage, this);
  }

  private table(id: string, definition: TableDefinition, { removalPolicy, protect }: StageSettings): TableV2 {
    const key = (name: string) => ({ name, type: AttributeType.STRING });
    return new TableV2(this, id, {
      partitionKey: key(definition.partitionKey),
      sortKey: definition.sortKey ? key(definition.sortKey) : undefined,
      timeToLiveAttribute: definition.timeToLive,
      ...(definition.indexes && {
        globalSecondaryIndexes: Object.entries(definition.indexes).map(([indexName, index]) => ({
          indexName,
          partitionKey: key(index.partitionKey),
          sortKey: key(index.sortKey),
          projectionType: ProjectionType.KEYS_ONLY,
        })),
      }),
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: protect },
      deletionProtection: protect,
      removalPolicy,
    });
  }

  /** Returns every table by its name in shared/aws/tables.ts. */
  byName(): Record<TableName, TableV2> {
    return { grants: this.grants, clients: this.clients, people: this.people, keys: this.keys };
  }

  /** Returns the environment variables for tables and key. Knowing a name permits nothing. */
  environment(): Record<TableVariable, string> {
    return {
      PIXY_GRANTS_TABLE: this.grants.tableName,
      PIXY_CLIENTS_TABLE: this.clients.tableName,
      PIXY_PEOPLE_TABLE: this.people.tableName,
      PIXY_KEYS_TABLE: this.keys.tableName,
      PIXY_KMS_KEY_ID: this.wrappingKey.keyArn,
    };
  }
}
