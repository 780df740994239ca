import { ReferenceStrength, Stack, Token } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  CfnGlobalTable,
  type ITableV2,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnKey, CfnReplicaKey, type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import * as v from 'valibot';
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';
import { checkProps, isOn, knownText, knownTexts } from '../check-props.ts';
import { checkRegion } from '../check-region.ts';
import { isKnownLater } from '../known-later.ts';
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
  /**
   * Regions that get copies of all tables but the grants, and a replica of the key with `multiRegionKey`. The stack has to be of a
   * certain region.
   *
   * @default - none
   */
  readonly replicaRegions?: readonly string[];
  /**
   * Makes a key of which other regions can have replicas. KMS cannot change that of an existing key, so a server that may have several
   * regions one day has it from the start.
   *
   * @default false
   */
  readonly multiRegionKey?: boolean;
}

/** What the tables of another region need of those of the first one. */
export interface TablesOfAnotherRegionProps extends Pick<AuthorizationServerTablesProps, 'stage' | 'protection'> {
  /** The tables of the first region, whose `replicaRegions` name the one of this stack. */
  readonly first: AuthorizationServerTables;
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
  readonly #multiRegionKey: boolean;

  /**
   * Adopts tables and a key that exist. Nothing is made or changed: whether they are backed up and protected is as you made them. Throws
   * {@link WrongSetting} for a name that is none, and for a key without an ARN. docs/operations.md says how to restore a backup.
   */
  static fromExisting(scope: Construct, id: string, existing: ExistingTables): AuthorizationServerTables {
    return new AuthorizationServerTables(scope, id, { stage: existing.stage, existing });
  }

  /**
   * The tables of another region: grants of its own, the copies that the first region makes of everything else, and a replica of its key
   * where there can be one.
   */
  static inAnotherRegion(scope: Construct, id: string, props: TablesOfAnotherRegionProps): AuthorizationServerTables {
    return new AuthorizationServerTables(scope, id, props);
  }

  constructor(
    scope: Construct,
    id: string,
    props: AuthorizationServerTablesProps & { existing?: ExistingTables; first?: AuthorizationServerTables } = {},
  ) {
    super(scope, id);
    checkProps(this, tablesProps, props);
    const settings = stageSettings(props);
    const existing = props.existing && checked(props.existing);
    this.#multiRegionKey = props.multiRegionKey ?? false;
    if (existing) {
      checkRegion(this, 'wrappingKey', existing.wrappingKey);
      const named = (name: TableName): ITableV2 => TableV2.fromTableName(this, name, existing[name]);
      this.grants = named('grants');
      this.clients = named('clients');
      this.people = named('people');
      this.keys = named('keys');
      this.wrappingKey = Key.fromKeyArn(this, 'wrappingKey', existing.wrappingKey);
    } else if (props.first) {
      const { first } = props;
      const copied = (name: TableName): ITableV2 => TableV2.fromTableName(this, name, nameElsewhere(first[name]));
      this.grants = this.table('Grants', tableDefinitions.grants, settings);
      this.clients = copied('clients');
      this.people = copied('people');
      this.keys = copied('keys');
      this.wrappingKey = Key.fromKeyArn(this, 'wrappingKey', this.keyLike(first, settings));
    } else {
      const replicas = props.replicaRegions ?? [];
      this.grants = this.table('Grants', tableDefinitions.grants, settings);
      this.clients = this.table('Clients', tableDefinitions.clients, settings, replicas);
      this.people = this.table('People', tableDefinitions.people, settings, replicas);
      this.keys = this.table('Keys', tableDefinitions.keys, settings, replicas);
      this.wrappingKey = new Key(this, 'WrappingKey', {
        description: wrappingKeyDescription,
        enableKeyRotation: true,
        // Left out rather than false, as it was for keys that are there: KMS changes neither.
        ...(props.multiRegionKey && { multiRegion: true }),
        removalPolicy: settings.keyAndLogRemovalPolicy,
      });
    }
    if (props.stage !== undefined) writeTableParameters(this, props.stage, this);
  }

  /** The ARN of a replica of the first region's key, or of that key itself, which then answers from there. */
  private keyLike(first: AuthorizationServerTables, { keyAndLogRemovalPolicy }: StageSettings): string {
    const keyArn = arnElsewhere(first.wrappingKey);
    if (!first.#multiRegionKey) return keyArn;
    const replica = new CfnReplicaKey(this, 'WrappingKey', {
      description: wrappingKeyDescription,
      primaryKeyArn: keyArn,
      keyPolicy: accountPolicy(),
    });
    replica.applyRemovalPolicy(keyAndLogRemovalPolicy);
    return replica.attrArn;
  }

  private table(
    id: string,
    definition: TableDefinition,
    { removalPolicy, protect }: StageSettings,
    replicas: readonly string[] = [],
  ): TableV2 {
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
      ...(replicas.length > 0 && { replicas: replicas.map((region) => ({ region })) }),
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

const tablesProps = {
  stage: knownText,
  protection: isOn,
  replicaRegions: knownTexts,
  multiRegionKey: isOn,
  existing: v.any(),
  first: v.any(),
};

const wrappingKeyDescription = 'Encrypts the private signing keys of the authorization server';

/** A value that CloudFormation looks up in a stack of another region. The CDK's other way takes custom resources in both. */
const lookUp = (value: string): string => Stack.consumeReference(value, ReferenceStrength.WEAK);

function nameElsewhere({ tableName, node }: ITableV2): string {
  return node.defaultChild instanceof CfnGlobalTable ? lookUp(node.defaultChild.ref) : tableName;
}

function arnElsewhere({ keyArn, node }: IKey): string {
  return node.defaultChild instanceof CfnKey ? lookUp(node.defaultChild.attrArn) : keyArn;
}

/** Leaves permissions to IAM, as the CDK has it for keys that it makes. */
const accountPolicy = (): PolicyDocument =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({ principals: [new AccountRootPrincipal()], actions: ['kms:*'], resources: ['*'] }),
    ],
  });

function checked(existing: ExistingTables): ExistingTables {
  const { wrappingKey, grants, clients, people, keys } = existing;
  const names = { grants, clients, people, keys };
  for (const [name, given] of Object.entries(names)) {
    // The types ask for all of them, but not every app has types.
    if (isKnownLater(given) || (typeof given === 'string' && /^[a-zA-Z0-9_.-]{3,255}$/.test(given))) continue;
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
