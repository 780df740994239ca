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

  /** List, read and change clients and the global policy, and write and read the change log of both. */
  grantManageClients(grantee: IGrantable): Grant {
    return allow(grantee, this.clients, ['dynamodb:GetItem'], ofItems('client#*', 'global', 'changes'))
      .combine(allow(grantee, this.clients, ['dynamodb:UpdateItem'], ofItems('client#*', 'global')))
      .combine(allow(grantee, this.clients, ['dynamodb:PutItem', 'dynamodb:Query'], ofItems('directory', 'changes')));
  }

  /** Find out whether there is an account with a subject; nothing else about it. */
  grantKnowSubjects(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], keysOfAccounts);
  }

  /** Read the registered APIs. */
  grantReadApis(grantee: IGrantable): Grant {
    return allow(grantee, this.clients, ['dynamodb:Query'], ofItems('apis'));
  }

  /** Note that a client assertion was used, which only works the first time. */
  grantUseAssertions(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('assertion#*'));
  }

  /** Count wrong secrets of clients. */
  grantCountGuesses(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:UpdateItem'], ofItems('throttle#*'));
  }

  /** Write a new grant with its code challenge. */
  grantIssue(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:PutItem']);
  }

  /** Spend a code, move a grant to its next generation or revoke it, and read what came of it. */
  grantRedeem(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
  }

  /** Read whether a grant is still in force, and whether its person still stands by it. */
  grantReadGrants(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:BatchGetItem']).combine(
      allow(grantee, this.people, ['dynamodb:BatchGetItem'], standingOfAccounts),
    );
  }

  /** Read whether a person still stands by what was made in their name; nothing else of their account. */
  grantReadStanding(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem'], standingOfAccounts);
  }

  /** Read a session, whether its person stands by it and what they allowed, note that it is in use, and use up a permission. */
  grantUseSessions(grantee: IGrantable): Grant {
    return this.allowFindingWhoIsSignedIn(grantee)
      .combine(allow(grantee, this.people, ['dynamodb:GetItem'], ofItems('consents#*')))
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('sessions#*', 'consents#*')));
  }

  /** Read a session and whether its person stands by it, and add to what they allow. */
  grantConsent(grantee: IGrantable): Grant {
    return this.allowFindingWhoIsSignedIn(grantee).combine(
      allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('consents#*')),
    );
  }

  /** Read sessions, consents, and of accounts only what says whether they stand by them; not the password hash. */
  private allowFindingWhoIsSignedIn(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:BatchGetItem'], signedInPeople);
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
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('account#*', 'throttle#*')))
      .combine(this.allowBeginningSessions(grantee));
  }

  /** Start a session, and end the one that the same person had in the browser. */
  private allowBeginningSessions(grantee: IGrantable): Grant {
    const actions = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'] as const;
    return allow(grantee, this.people, actions, ofItems('sessions#*'));
  }

  /** Keep the challenge that a passkey on the sign-in page answers. */
  grantOfferPasskeys(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('challenge#*'));
  }

  /** Keep a sign-in that waits for a code, decrypt the secret of an authenticator app, and use up codes. */
  grantAskForCode(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('pending#*', 'totp#*'))
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('pending#*')))
      .combine(this.allowWrapping(grantee, 'kms:Decrypt', totpSecrets));
  }

  /** Keep and spend challenges, read, note and make passkeys, read an account, start a session and end the one before. */
  grantUsePasskeys(grantee: IGrantable): Grant {
    const read = ofItems('account#*', 'challenge#*', 'passkeys#*', 'sessions#*');
    return allow(grantee, this.people, ['dynamodb:GetItem'], read)
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('challenge#*', 'passkeys#*', 'sessions#*')))
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('challenge#*', 'passkeys#*')))
      .combine(allow(grantee, this.people, ['dynamodb:Query'], ofItems('passkeys#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem'], ofItems('sessions#*')));
  }

  /** Everything on the account pages: set a password, end sessions, consents, grants, passkeys and links, set up an authenticator app. */
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

  /** Read an account and whether it has a second factor, set its password or make a passkey with a link, start a session and end those before. */
  grantAcceptInvitations(grantee: IGrantable): Grant {
    const read = ofItems('account#*', 'challenge#*', 'passkeys#*', 'sessions#*', 'totp#*');
    return allow(grantee, this.people, ['dynamodb:GetItem'], read)
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('account#*', 'challenge#*')))
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('challenge#*', 'passkeys#*', 'sessions#*')))
      .combine(allow(grantee, this.people, ['dynamodb:Query'], ofItems('passkeys#*', 'sessions#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem'], ofItems('sessions#*')));
  }

  /** Claim a username, make an account, count the attempt and start a session; not change an account. */
  grantRegister(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:PutItem'], ofItems('account#*'))
      .combine(
        allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('username#*', 'throttle#*')),
      )
      .combine(allow(grantee, this.people, ['dynamodb:PutItem'], ofItems('sessions#*')));
  }

  /**
   * Keep what is under way to an upstream provider, link its people to accounts, make an account, start a session and end the
   * one before; not change an account that is there.
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

  /** Make an account and change its names and claims, as the hooks of a sign-in do. */
  grantMirrorAccounts(grantee: IGrantable): Grant {
    return this.allowMakingAccounts(grantee)
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], ofItems('account#*')))
      .combine(allow(grantee, this.people, ['dynamodb:DeleteItem'], ofItems('username#*')));
  }

  /** Claim a name and make an account with it. */
  private allowMakingAccounts(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:PutItem'], ofItems('account#*')).combine(
      allow(grantee, this.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('username#*')),
    );
  }

  /** Read a session and end it. */
  grantSignOut(grantee: IGrantable): Grant {
    return allow(grantee, this.people, ['dynamodb:DeleteItem', 'dynamodb:GetItem'], ofItems('sessions#*'));
  }

  /** Write into an account that sessions have ended with what they gave, read that, and revoke it; nothing else of the account. */
  grantEndWithGrants(grantee: IGrantable): Grant {
    return this.grantRevokeGrants(grantee)
      .combine(this.grantReadStanding(grantee))
      .combine(allow(grantee, this.people, ['dynamodb:UpdateItem'], endedSessionsOfAccounts));
  }

  /** Find the grants with refresh tokens that a person gave, and revoke them. */
  grantRevokeGrants(grantee: IGrantable): Grant {
    return allow(grantee, this.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']).combine(
      Grant.addToPrincipal({
        grantee,
        actions: ['dynamodb:Query'],
        resourceArns: [`${this.grants.tableArn}/index/byPerson`],
      }),
    );
  }

  /** Read the public signing keys. The private part is in the same items, encrypted, and stays so without `grantSign`. */
  grantReadKeys(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:Query'], ofItems('signing'));
  }

  /**
   * Read the signing keys, and decrypt them or have KMS sign with them. Both, wherever new keys are made: a key that was made
   * before the setting changed signs until its successor takes over. Where there is no such key, the right to use it is empty.
   */
  grantSign(grantee: IGrantable): Grant {
    return this.grantReadKeys(grantee)
      .combine(this.allowWrapping(grantee, 'kms:Decrypt'))
      .combine(this.allowOwnKeys(grantee, 'kms:Sign'));
  }

  /** Read the keys of refresh tokens, with which codes name their person, and decrypt them; not the signing keys. */
  grantSealCodes(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:Query'], ofItems('refresh')).combine(
      this.allowWrapping(grantee, 'kms:Decrypt', refreshKeys),
    );
  }

  /** Read the keys of refresh tokens and decrypt them. */
  grantOpenRefreshTokens(grantee: IGrantable): Grant {
    return allow(grantee, this.keys, ['dynamodb:Query'], ofItems('refresh')).combine(
      this.allowWrapping(grantee, 'kms:Decrypt'),
    );
  }

  /** Make, encrypt and delete keys, also those that KMS made under an earlier setting; not decrypt them, and not sign with them. */
  grantRotateKeys(grantee: IGrantable, signing: Signing = 'memory'): Grant {
    const rotate = allow(grantee, this.keys, ['dynamodb:PutItem', 'dynamodb:Query'])
      .combine(allow(grantee, this.keys, ['dynamodb:DeleteItem'], ofItems('signing')))
      .combine(this.allowWrapping(grantee, 'kms:Encrypt'))
      .combine(this.allowOwnKeys(grantee, 'kms:ScheduleKeyDeletion'));
    return signing === 'kms' ? rotate.combine(this.allowMakingKeys(grantee)) : rotate;
  }

  /**
   * Make keys in KMS that only sign and carry the tag of this server, and read their public part. Making a key with a tag takes
   * the right to put this one tag on keys of the account: KMS cannot limit that to new ones.
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

  /** Only for keys in KMS that carry the tag of this server. */
  private allowOwnKeys(grantee: IGrantable, action: 'kms:Sign' | 'kms:ScheduleKeyDeletion'): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [action],
      resourceArns: [keysOf(this)],
      conditions: { StringEquals: { [`aws:ResourceTag/${kmsKeyTag}`]: [this.keys.tableName] } },
    });
  }

  /** Only for data that is bound to a key id, which is how shared/keys/kms-wrapper.ts calls KMS. */
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

/** A way of using the tables that a function can be granted. */
export type Use = Exclude<Extract<keyof AuthorizationServerTables, `grant${string}`>, 'grants'>;

/** Where private signing keys are made: decrypted into the memory of the functions that sign, or in KMS, which they never leave. */
export type Signing = 'memory' | 'kms';

/** Every key of KMS in the account and region of the tables. */
const keysOf = (scope: Construct): string =>
  Stack.of(scope).formatArn({ service: 'kms', resource: 'key', resourceName: '*' });

type Conditions = Record<string, Record<string, string[]>>;

/** Data that is bound to a key id, or to an account: shared/people/totp-store.ts. The first includes the second. */
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

/** Only items with these partition keys. */
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
