import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';
import type { PixyEnvironment } from '../environment.ts';
import { type Stage, stageSettings } from '../stage.ts';

export interface AuthorizationServerTablesProps {
  /**
   * `prod` keeps the tables and the key when the stack is deleted, protects the tables from deletion and
   * backs them up continuously. `dev` deletes everything with the stack.
   *
   * @default 'prod'
   */
  readonly stage?: Stage;
}

/**
 * What an authorization server remembers: four tables and the KMS key that encrypts its private signing keys.
 *
 * Permissions are granted by use: each `grant…` method lists exactly the calls that one piece of the code makes,
 * so a function that is not handed the method cannot make the call.
 */
export class AuthorizationServerTables extends Construct {
  readonly grants: TableV2;
  readonly clients: TableV2;
  readonly people: TableV2;
  readonly keys: TableV2;
  /** Encrypts private signing keys before they are written to the Keys table. */
  readonly wrappingKey: Key;

  constructor(scope: Construct, id: string, props: AuthorizationServerTablesProps = {}) {
    super(scope, id);
    const stage = props.stage ?? 'prod';
    this.grants = this.table('Grants', tableDefinitions.grants, stage);
    this.clients = this.table('Clients', tableDefinitions.clients, stage);
    this.people = this.table('People', tableDefinitions.people, stage);
    this.keys = this.table('Keys', tableDefinitions.keys, stage);
    this.wrappingKey = new Key(this, 'WrappingKey', {
      description: 'Encrypts the private signing keys of the authorization server',
      enableKeyRotation: true,
      removalPolicy: stageSettings[stage].removalPolicy,
    });
  }

  private table(id: string, definition: TableDefinition, stage: Stage): TableV2 {
    const { removalPolicy, protect } = stageSettings[stage];
    const key = (name: string) => ({ name, type: AttributeType.STRING });
    return new TableV2(this, id, {
      partitionKey: key(definition.partitionKey),
      sortKey: definition.sortKey ? key(definition.sortKey) : undefined,
      timeToLiveAttribute: definition.timeToLive,
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: protect },
      deletionProtection: protect,
      removalPolicy,
    });
  }

  /** Every table by the name that shared/aws/tables.ts gives it. */
  byName(): Record<TableName, TableV2> {
    return { grants: this.grants, clients: this.clients, people: this.people, keys: this.keys };
  }

  /** The table names as the functions read them. */
  environment(): PixyEnvironment {
    return {
      PIXY_GRANTS_TABLE: this.grants.tableName,
      PIXY_CLIENTS_TABLE: this.clients.tableName,
      PIXY_PEOPLE_TABLE: this.people.tableName,
      PIXY_KEYS_TABLE: this.keys.tableName,
    };
  }

  /** Read one client record or the global policy. */
  grantReadClients(grantee: IGrantable): Grant {
    return allow(grantee, this.clients, 'dynamodb:GetItem');
  }

  /** Write a new grant with its code challenge. */
  grantIssue(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, 'dynamodb:PutItem');
  }

  /** Spend a code, move a grant to its next generation or revoke it, and read what came of it. */
  grantRedeem(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
  }

  /** Read a session; not the accounts with their password hashes, which are in the same table. */
  grantReadSessions(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:GetItem'],
      resourceArns: [this.people.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['session#*'] } },
    });
  }

  /** Read an account, count failed attempts, start and end sessions. */
  grantSignIn(grantee: IGrantable): Grant {
    return allow(
      grantee,
      this.people,
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
    );
  }

  /** Read the public signing keys. The private part is in the same items, encrypted, and stays so without `grantSign`. */
  grantReadKeys(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, 'dynamodb:Query');
  }

  /** Read the signing keys and decrypt them. */
  grantSign(grantee: IGrantable): Grant {
    return this.grantReadKeys(grantee).combine(this.allowWrapping(grantee, 'kms:Decrypt'));
  }

  /** Make, encrypt and delete signing keys; not decrypt them. */
  grantRotateKeys(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:Query').combine(
      this.allowWrapping(grantee, 'kms:Encrypt'),
    );
  }

  /** Only for data that is bound to a key id, which is how shared/keys/kms-wrapper.ts calls KMS. */
  private allowWrapping(grantee: IGrantable, action: 'kms:Encrypt' | 'kms:Decrypt'): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [action],
      resourceArns: [this.wrappingKey.keyArn],
      conditions: { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': ['kid'] } },
    });
  }
}

const allow = (grantee: IGrantable, table: TableV2, ...actions: `dynamodb:${string}`[]): Grant =>
  Grant.addToPrincipal({ grantee, actions, resourceArns: [table.tableArn] });
