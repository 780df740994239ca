import { Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';
import { kmsKeyTag } from '../../shared/keys/kms-key-tag.ts';
import { consentAttributes } from '../../shared/people/consent.ts';
import { sessionAttributes } from '../../shared/people/session.ts';
import { standingAttributes } from '../../shared/people/still-valid.ts';
import type { PixyEnvironment } from '../environment.ts';
import { type Stage, stageSettings } from '../stage.ts';

export interface AuthorizationServerTablesProps {
  /**
   * `prod` keeps the tables and the key when the stack is deleted, protects the tables from deletion and backs them up
   * continuously. `dev` deletes everything with the stack.
   *
   * @default 'prod'
   */
  readonly stage?: Stage;
}

/**
 * The storage of an authorization server: four tables, and the KMS key that encrypts its private signing keys.
 *
 * Permissions are granted by use: each `grant…` method allows exactly the calls that one piece of the code makes, so a function
 * without that grant cannot make them.
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
  environment(): PixyEnvironment {
    return {
      PIXY_GRANTS_TABLE: this.grants.tableName,
      PIXY_CLIENTS_TABLE: this.clients.tableName,
      PIXY_PEOPLE_TABLE: this.people.tableName,
      PIXY_KEYS_TABLE: this.keys.tableName,
      PIXY_KMS_KEY_ID: this.wrappingKey.keyArn,
    };
  }

  /** Allows reading a client and the global policy, but not the change log or a list of clients. */
  grantReadClients(grantee: IGrantable): Grant {
    return allow(grantee, this.clients, ['dynamodb:GetItem'], ofItems('client#*', 'global'));
  }

  /** Allows listing, reading and changing clients and the global policy, and writing and reading the change log of both. */
  grantManageClients(grantee: IGrantable): Grant {
    return allow(grantee, this.clients, ['dynamodb:GetItem'], ofItems('client#*', 'global', 'changes'))
      .combine(allow(grantee, this.clients, ['dynamodb:UpdateItem'], ofItems('client#*', 'global')))
      .combine(allow(grantee, this.clients, ['dynamodb:PutItem', 'dynamodb:Query'], ofItems('directory', 'changes')));
  }

  /** Allows finding out whether an account has a subject, and nothing else about it. */
  grantKnowSubjects(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], keysOfAccounts);
  }

  /** Allows reading the registered APIs. */
  grantReadApis(grantee: IGrantable): Grant {
    return allow(grantee, this.clients, ['dynamodb:Query'], ofItems('apis'));
  }

  /** Allows marking a client assertion as used, which works only once. */
  grantUseAssertions(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('assertion#*'));
  }

  /** Allows counting wrong secrets of clients. */
  grantCountGuesses(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:UpdateItem'], ofItems('throttle#*'));
  }

  /** Allows writing a new grant with its code challenge. */
  grantIssue(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:PutItem']);
  }

  /** Allows spending a code, moving a grant to its next generation or revoking it, and reading the result. */
  grantRedeem(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
  }

  /** Allows reading whether a grant is still in force, and whether its person still stands by it. */
  grantReadGrants(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:BatchGetItem']).combine(
      allow(grantee, this.people, ['dynamodb:BatchGetItem'], standingOfAccounts),
    );
  }

  /** Allows reading whether a person still stands by what was made in their name, and nothing else of their account. */
  grantReadStanding(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], standingOfAccounts);
  }

  /**
   * Allows reading a session, whether its person stands by it and what they allowed, recording that it is in use, and spending a
   * permission.
   */
  grantUseSessions(grantee: IGrantable): Grant {
    return this.allowFindingWhoIsSignedIn(grantee)
      .combine(allow(grantee, this.people, ['dynamodb:GetItem'], ofItems('consents#*')))
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('sessions#*', 'consents#*')));
  }

  /** Allows reading a session and whether its person stands by it, and adding to their consents. */
  grantConsent(grantee: IGrantable): Grant {
    return this.allowFindingWhoIsSignedIn(grantee).combine(
      allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('consents#*')),
    );
  }

  /** Allows reading sessions, consents, and of accounts only whether they stand by them; not the password hash. */
  private allowFindingWhoIsSignedIn(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:BatchGetItem'], signedInPeople);
  }

  /** Allows reading the claims about a person, but not the password hash in the same item. */
  grantReadClaims(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], claimsOfAccounts);
  }

  /** Allows reading a grant and its person's claims in one call. */
  grantReadSubjects(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:BatchGetItem']).combine(
      allow(grantee, this.people, ['dynamodb:BatchGetItem'], claimsOfAccounts),
    );
  }

  /**
   * Allows reading an account with its password hash, counting the attempt, upgrading the hash, starting a session and ending the
   * previous one.
   */
  grantSignIn(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], ofItems('account#*', 'username#*'))
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('account#*', 'throttle#*')))
      .combine(this.allowBeginningSessions(grantee));
  }

  /** Allows starting a session, and ending the same person's previous one in the browser. */
  private allowBeginningSessions(grantee: IGrantable): Grant {
    const actions = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'] as const;
    return allow(grantee, this.people, actions, ofItems('sessions#*'));
  }

  /** Allows storing the challenge for a passkey on the sign-in page. */
  grantOfferPasskeys(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('challenge#*'));
  }

  /** Allows storing a sign-in that waits for a code, decrypting an authenticator app's secret, and spending codes. */
  grantAskForCode(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('pending#*', 'totp#*'))
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('pending#*')))
      .combine(this.allowWrapping(grantee, 'kms:Decrypt', totpSecrets));
  }

  /**
   * Allows storing and spending challenges, reading, updating and making passkeys, reading an account, starting a session and
   * ending the previous one.
   */
  grantUsePasskeys(grantee: IGrantable): Grant {
    const read = ofItems('account#*', 'challenge#*', 'passkeys#*', 'sessions#*');
    return allow(grantee, this.people, ['dynamodb:GetItem'], read)
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('challenge#*', 'passkeys#*', 'sessions#*')))
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('challenge#*', 'passkeys#*')))
      .combine(allow(grantee, this.people, ['dynamodb:Query'], ofItems('passkeys#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem'], ofItems('sessions#*')));
  }

  /**
   * Allows everything on the account pages: setting a password, ending sessions, consents, grants, passkeys and links, setting up
   * an authenticator app.
   */
  grantManageOwnAccount(grantee: IGrantable): Grant {
    const read = ofItems('account#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*');
    const end = ofItems('consents#*', 'links#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*');
    return allow(grantee, this.people, ['dynamodb:GetItem'], read)
      .combine(
        allow(
          grantee,
          this.people,
          ['dynamodb:UpdateItem'],
          ofItems('account#*', 'passkeys#*', 'sessions#*', 'throttle#*', 'totp#*'),
        ),
      )
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('totp#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem'], end))
      .combine(
        allow(grantee, this.people, ['dynamodb:Query'], ofItems('consents#*', 'links#*', 'passkeys#*', 'sessions#*')),
      )
      .combine(this.grantRevokeGrants(grantee))
      .combine(this.allowWrapping(grantee, 'kms:Encrypt', totpSecrets))
      .combine(this.allowWrapping(grantee, 'kms:Decrypt', totpSecrets));
  }

  /**
   * Allows reading an account and whether it has a second factor, setting its password or making a passkey with a link, starting
   * a session and ending the previous ones.
   */
  grantAcceptInvitations(grantee: IGrantable): Grant {
    const read = ofItems('account#*', 'challenge#*', 'passkeys#*', 'sessions#*', 'totp#*');
    return allow(grantee, this.people, ['dynamodb:GetItem'], read)
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('account#*', 'challenge#*')))
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('challenge#*', 'passkeys#*', 'sessions#*')))
      .combine(allow(grantee, this.people, ['dynamodb:Query'], ofItems('passkeys#*', 'sessions#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem'], ofItems('sessions#*')));
  }

  /** Allows claiming a username, creating an account, counting the attempt and starting a session, but not changing an account. */
  grantRegister(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:PutItem'], ofItems('account#*'))
      .combine(
        allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('username#*', 'throttle#*')),
      )
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('sessions#*')));
  }

  /**
   * Allows storing flows to upstream providers, linking their people to accounts, creating an account, starting a session and
   * ending the previous one, but not changing an existing account.
   */
  grantSignInUpstream(grantee: IGrantable): Grant {
    return this.allowMakingAccounts(grantee)
      .combine(
        allow(
          grantee,
          this.people,
          ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
          ofItems('upstream#*', 'upstream-flow#*'),
        ),
      )
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('upstream-flow#*', 'links#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem'], ofItems('upstream#*', 'links#*')))
      .combine(this.allowBeginningSessions(grantee));
  }

  /** Allows creating an account and changing its names and claims, as the sign-in hooks do. */
  grantMirrorAccounts(grantee: IGrantable): Grant {
    return this.allowMakingAccounts(grantee)
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('account#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem'], ofItems('username#*')));
  }

  /** Allows claiming a name and creating an account with it. */
  private allowMakingAccounts(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:PutItem'], ofItems('account#*')).combine(
      allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('username#*')),
    );
  }

  /** Allows reading and ending a session. */
  grantSignOut(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:DeleteItem', 'dynamodb:GetItem'], ofItems('sessions#*'));
  }

  /** Allows writing into an account that sessions ended with their grants, reading that, and revoking those; nothing else of the account. */
  grantEndWithGrants(grantee: IGrantable): Grant {
    return this.grantRevokeGrants(grantee)
      .combine(this.grantReadStanding(grantee))
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], endedSessionsOfAccounts));
  }

  /** Allows finding and revoking a person's grants with refresh tokens. */
  grantRevokeGrants(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']).combine(
      Grant.addToPrincipal({
        grantee,
        actions: ['dynamodb:Query'],
        resourceArns: [`${this.grants.tableArn}/index/byPerson`],
      }),
    );
  }

  /** Allows reading the public signing keys. The same items hold the private part, which stays encrypted without `grantSign`. */
  grantReadKeys(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:Query'], ofItems('signing'));
  }

  /**
   * Allows reading the signing keys, and decrypting them or signing with KMS. Grants both, wherever new keys are made, because
   * after a change of the setting an existing key signs until its successor takes over. Without such a key, the permission is
   * empty.
   */
  grantSign(grantee: IGrantable): Grant {
    return this.grantReadKeys(grantee)
      .combine(this.allowWrapping(grantee, 'kms:Decrypt'))
      .combine(this.allowOwnKeys(grantee, 'kms:Sign'));
  }

  /** Allows reading and decrypting the keys of refresh tokens, with which codes name their person, but not the signing keys. */
  grantSealCodes(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:Query'], ofItems('refresh')).combine(
      this.allowWrapping(grantee, 'kms:Decrypt', refreshKeys),
    );
  }

  /** Allows reading and decrypting the keys of refresh tokens. */
  grantOpenRefreshTokens(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:Query'], ofItems('refresh')).combine(
      this.allowWrapping(grantee, 'kms:Decrypt'),
    );
  }

  /**
   * Allows making, encrypting and deleting keys, including those that KMS made under an earlier setting, but not decrypting or
   * signing.
   */
  grantRotateKeys(grantee: IGrantable, signing: Signing = 'memory'): Grant {
    const rotate = allow(grantee, this.keys, ['dynamodb:PutItem', 'dynamodb:Query'])
      .combine(allow(grantee, this.keys, ['dynamodb:DeleteItem'], ofItems('signing')))
      .combine(this.allowWrapping(grantee, 'kms:Encrypt'))
      .combine(this.allowOwnKeys(grantee, 'kms:ScheduleKeyDeletion'));
    return signing === 'kms' ? rotate.combine(this.allowMakingKeys(grantee)) : rotate;
  }

  /**
   * Allows making keys in KMS that only sign and carry this server's tag, and reading their public part. Making a tagged key
   * requires permission to put this one tag on keys of the account, which KMS cannot limit to new ones.
   */
  private allowMakingKeys(grantee: IGrantable): Grant {
    const tag = { [`aws:RequestTag/${kmsKeyTag}`]: [this.keys.tableName] };
    const onlyThisTag = { 'ForAllValues:StringEquals': { 'aws:TagKeys': [kmsKeyTag] } };
    const signingOnly = { 'kms:KeyUsage': ['SIGN_VERIFY'] };
    const grant = (action: `kms:${string}`, resource: string, conditions: Conditions) =>
      Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resource], conditions });
    return grant('kms:CreateKey', '*', { StringEquals: { ...tag, ...signingOnly } })
      .combine(grant('kms:TagResource', keysOf(this), { StringEquals: tag, ...onlyThisTag }))
      .combine(grant('kms:GetPublicKey', keysOf(this), { StringEquals: signingOnly }));
  }

  /** Limited to keys in KMS that carry this server's tag. */
  private allowOwnKeys(grantee: IGrantable, action: 'kms:Sign' | 'kms:ScheduleKeyDeletion'): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [action],
      resourceArns: [keysOf(this)],
      conditions: { StringEquals: { [`aws:ResourceTag/${kmsKeyTag}`]: [this.keys.tableName] } },
    });
  }

  /** Limited to data that is bound to a key id, which is how shared/keys/kms-wrapper.ts calls KMS. */
  private allowWrapping(
    grantee: IGrantable,
    action: 'kms:Encrypt' | 'kms:Decrypt',
    conditions: Conditions = boundToKey,
  ): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [action],
      resourceArns: [this.wrappingKey.keyArn],
      conditions,
    });
  }
}

/** A use of the tables that a function can be granted. */
export type Use = Exclude<Extract<keyof AuthorizationServerTables, `grant${string}`>, 'grants'>;

/** Where private signing keys are made: decrypted into the memory of the signing functions, or in KMS, which they never leave. */
export type Signing = 'memory' | 'kms';

/** All KMS keys in the account and region of the tables. */
const keysOf = (scope: Construct): string =>
  Stack.of(scope).formatArn({ service: 'kms', resource: 'key', resourceName: '*' });

type Conditions = Record<string, Record<string, string[]>>;

/** Data that is bound to a key id, or to an account (shared/people/totp-store.ts). The first includes the second. */
const boundToKey: Conditions = { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': ['kid'] } };
const totpSecrets: Conditions = { StringLike: { 'kms:EncryptionContext:kid': ['totp:*'] } };
/** How functions/rotate-keys names the keys of refresh tokens. */
const refreshKeys: Conditions = { StringLike: { 'kms:EncryptionContext:kid': ['refresh-*'] } };

const allow = (
  grantee: IGrantable,
  table: TableV2,
  actions: readonly `dynamodb:${string}`[],
  conditions?: Conditions,
): Grant => Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [table.tableArn], conditions });

/** Limits to items with these partition keys. */
const ofItems = (...partitionKeys: string[]): Conditions => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitionKeys },
});

/** Only these attributes of some items, besides those of the key. */
const onlyAttributes = (attributes: readonly string[], items: Conditions): Conditions => ({
  ...items,
  'ForAllValues:StringEquals': {
    'dynamodb:Attributes': [
      ...new Set([tableDefinitions.people.partitionKey, tableDefinitions.people.sortKey, ...attributes]),
    ],
  },
  StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
});

const accounts = ofItems('account#*');

/** Only the keys of accounts. */
const keysOfAccounts = onlyAttributes([], accounts);

/** Only the claims of accounts, and what says whether they may be told. */
const claimsOfAccounts = onlyAttributes(['claims', ...standingAttributes], accounts);

/** Only what of an account decides whether something is still good. */
const standingOfAccounts = onlyAttributes(standingAttributes, accounts);

/** The same with sessions and consents, which are read in one call with it. */
const signedInPeople = onlyAttributes(
  [...sessionAttributes, ...standingAttributes, ...consentAttributes],
  ofItems('sessions#*', 'account#*', 'consents#*'),
);

/** A write that names no other attribute of an account, and does not give the item back. */
const endedSessionsOfAccounts: Conditions = {
  ...onlyAttributes(['endedSessions'], accounts),
  StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE'] },
};
