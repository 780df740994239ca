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

  /** Tables and key as the functions read them. Knowing a name allows nothing. */
  environment(): PixyEnvironment {
    return {
      PIXY_GRANTS_TABLE: this.grants.tableName,
      PIXY_CLIENTS_TABLE: this.clients.tableName,
      PIXY_PEOPLE_TABLE: this.people.tableName,
      PIXY_KEYS_TABLE: this.keys.tableName,
      PIXY_KMS_KEY_ID: this.wrappingKey.keyArn,
    };
  }

  /** Read one client, or the global policy; not the change log, and no list of clients. */
  grantReadClients(grantee: IGrantable): Grant {
    return allow(grantee, this.clients, ['dynamodb:GetItem'], ofItems('client#*', 'global'));
  }

  /** Read the registered APIs. */
  grantReadApis(grantee: IGrantable): Grant {
    return allow(grantee, this.clients, ['dynamodb:Query'], ofItems('apis'));
  }

  /** Note that a client assertion was used, which only works the first time. */
  grantUseAssertions(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('assertion#*'));
  }

  /** Write a new grant with its code challenge. */
  grantIssue(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:PutItem']);
  }

  /** Spend a code, move a grant to its next generation or revoke it, and read what came of it. */
  grantRedeem(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
  }

  /** Read whether a grant is still in force. */
  grantReadGrants(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem']);
  }

  /** Read a session; not the accounts, which are in the same table. */
  grantReadSessions(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], ofItems('session#*'));
  }

  /** Read what clients may learn of a person; not the password hash, which is in the same item. */
  grantReadClaims(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], claimsOfAccounts);
  }

  /** Read a grant and the claims of its person in one call. */
  grantReadSubjects(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:BatchGetItem']).combine(
      allow(grantee, this.people, ['dynamodb:BatchGetItem'], claimsOfAccounts),
    );
  }

  /** Read an account with its password hash, count the attempt, start a session and end the one before; not change an account. */
  grantSignIn(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], ofItems('account#*', 'username#*'))
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('throttle#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem', 'dynamodb:PutItem'], ofItems('session#*')));
  }

  /** Read a session and end it. */
  grantSignOut(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:DeleteItem', 'dynamodb:GetItem'], ofItems('session#*'));
  }

  /** Read the public signing keys. The private part is in the same items, encrypted, and stays so without `grantSign`. */
  grantReadKeys(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:Query'], ofItems('signing'));
  }

  /** Read the signing keys and decrypt them. */
  grantSign(grantee: IGrantable): Grant {
    return this.grantReadKeys(grantee).combine(this.allowWrapping(grantee, 'kms:Decrypt'));
  }

  /** Read the keys of refresh tokens and decrypt them. */
  grantOpenRefreshTokens(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:Query'], ofItems('refresh')).combine(
      this.allowWrapping(grantee, 'kms:Decrypt'),
    );
  }

  /** Make, encrypt and delete keys; not decrypt them. */
  grantRotateKeys(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:PutItem', 'dynamodb:Query'])
      .combine(allow(grantee, this.keys, ['dynamodb:DeleteItem'], ofItems('signing')))
      .combine(this.allowWrapping(grantee, 'kms:Encrypt'));
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

/** A way of using the tables that a function can be granted. */
export type Use = Exclude<Extract<keyof AuthorizationServerTables, `grant${string}`>, 'grants'>;

type Conditions = Record<string, Record<string, string[]>>;

const allow = (grantee: IGrantable, table: TableV2, actions: `dynamodb:${string}`[], conditions?: Conditions): Grant =>
  Grant.addToPrincipal({ grantee, actions, resourceArns: [table.tableArn], conditions });

/** Only items with these partition keys. */
const ofItems = (...partitionKeys: string[]): Conditions => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitionKeys },
});

/** Only the claims of accounts. The attributes of the key have to be among those that may be read. */
const claimsOfAccounts: Conditions = {
  ...ofItems('account#*'),
  'ForAllValues:StringEquals': {
    'dynamodb:Attributes': [tableDefinitions.people.partitionKey, tableDefinitions.people.sortKey, 'claims'],
  },
  StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
};
