import { Token } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type ITableV2,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';
import { writeTableParameters } from '../parameters.ts';
import type { ServerTables } from '../permissions/server-tables.ts';
import { type StageSettings, stageSettings } from '../stage.ts';
import { WrongSetting } from '../wrong-setting.ts';

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

/** Tables that exist: retained from a stack that was deleted, or restored from a backup. All in the region and account of the stack. */
export interface ExistingTables {
  /**
   * What the deployment is called, as in {@link AuthorizationServerTablesProps}.
   *
   * @default - no name, and no parameters
   */
  readonly stage?: string;
  /** The name of the Grants table, and so on. */
  readonly grants: string;
  readonly clients: string;
  readonly people: string;
  readonly keys: string;
  /** The ARN of the KMS key that encrypted what is in the Keys table. Without it nobody can read that. */
  readonly wrappingKey: string;
}

/**
 * The storage of an authorization server: four tables, and the KMS key that encrypts its private signing keys. infra/permissions defines
 * what the functions may do with them.
 */
export class AuthorizationServerTables extends Construct implements ServerTables {
  readonly grants: ITableV2;
  readonly clients: ITableV2;
  readonly people: ITableV2;
  readonly keys: ITableV2;
  /** Encrypts private signing keys before they are written to the Keys table. */
  readonly wrappingKey: IKey;

  /**
   * Adopts tables and a key that exist. Nothing is made or changed: whether they are backed up and protected is as you made them. Throws
   * {@link WrongSetting} for a name that is none, and for a key without an ARN. docs/operations.md says how to restore a backup.
   */
  static fromExisting(scope: Construct, id: string, existing: ExistingTables): AuthorizationServerTables {
    return new AuthorizationServerTables(scope, id, { stage: existing.stage, existing });
  }

  constructor(
    scope: Construct,
    id: string,
    props: AuthorizationServerTablesProps & { existing?: ExistingTables } = {},
  ) {
    super(scope, id);
    const settings = stageSettings(props);
    const existing = props.existing && checked(props.existing);
    if (existing) {
      const named = (name: TableName): ITableV2 => TableV2.fromTableName(this, name, existing[name]);
      this.grants = named('grants');
      this.clients = named('clients');
      this.people = named('people');
      this.keys = named('keys');
      this.wrappingKey = Key.fromKeyArn(this, 'wrappingKey', existing.wrappingKey);
    } else {
      this.grants = this.table('Grants', tableDefinitions.grants, settings);
      this.clients = this.table('Clients', tableDefinitions.clients, settings);
      this.people = this.table('People', tableDefinitions.people, settings);
      this.keys = this.table('Keys', tableDefinitions.keys, settings);
      this.wrappingKey = new Key(this, 'WrappingKey', {
        description: 'Encrypts the private signing keys of the authorization server',
        enableKeyRotation: true,
        removalPolicy: settings.keyAndLogRemovalPolicy,
      });
    }
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
  byName(): Record<TableName, ITableV2> {
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

function checked(existing: ExistingTables): ExistingTables {
  const { wrappingKey, stage: _, ...names } = existing;
  for (const [name, given] of Object.entries(names)) {
    if (Token.isUnresolved(given) || /^[a-zA-Z0-9_.-]{3,255}$/.test(given)) continue;
    throw new WrongSetting(`The ${name} table must be the name of a table of DynamoDB, but is "${given}".`);
  }
  if (!Token.isUnresolved(wrappingKey) && !/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/.+$/.test(wrappingKey)) {
    throw new WrongSetting(
      `wrappingKey must be the ARN of a KMS key (arn:aws:kms:<region>:<account>:key/<id>), but is "${wrappingKey}".`,
    );
  }
  if (new Set(Object.values(names)).size < Object.keys(names).length) {
    throw new WrongSetting('Each of the four tables must be another one.');
  }
  return existing;
}
