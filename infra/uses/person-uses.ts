import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { tableDefinitions } from '../../shared/aws/tables.ts';
import { allow, type Conditions, ofItems } from './allow.ts';
import { allowWrapping, totpSecrets } from './allow-wrapping.ts';
import { grantRevokeGrants } from './grant-uses.ts';
import type { ServerTables } from './server-tables.ts';

/** Allows finding out whether an account has a subject, and nothing else about it. */
export function grantKnowSubjects(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem'], keysOfAccounts);
}

/** Allows reading the claims about a person, but not the password hash in the same item. */
export function grantReadClaims(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem'], claimsOfAccounts);
}

/** Allows reading a grant and its person's claims in one call. */
export function grantReadSubjects(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:BatchGetItem']).combine(
    allow(grantee, tables.people, ['dynamodb:BatchGetItem'], claimsOfAccounts),
  );
}

/**
 * Allows reading a session and its person's consents, recording that it is in use, and spending a permission, but not reading
 * the accounts in the same table.
 */
export function grantUseSessions(tables: ServerTables, grantee: IGrantable): Grant {
  const actions = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'] as const;
  return allow(grantee, tables.people, actions, ofItems('sessions#*', 'consents#*'));
}

/** Allows reading a session and adding to its person's consents. */
export function grantConsent(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem'], ofItems('sessions#*')).combine(
    allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('consents#*')),
  );
}

/** Allows reading and ending a session. */
export function grantSignOut(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:DeleteItem', 'dynamodb:GetItem'], ofItems('sessions#*'));
}

/**
 * Allows everything on the account pages: setting a password, ending sessions, consents, grants, passkeys and links, setting up
 * an authenticator app.
 */
export function grantManageOwnAccount(tables: ServerTables, grantee: IGrantable): Grant {
  const read = ofItems('account#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*');
  const end = ofItems('consents#*', 'links#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*');
  return allow(grantee, tables.people, ['dynamodb:GetItem'], read)
    .combine(
      allow(
        grantee,
        tables.people,
        ['dynamodb:UpdateItem'],
        ofItems('account#*', 'passkeys#*', 'throttle#*', 'totp#*'),
      ),
    )
    .combine(allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('totp#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], end))
    .combine(
      allow(grantee, tables.people, ['dynamodb:Query'], ofItems('consents#*', 'links#*', 'passkeys#*', 'sessions#*')),
    )
    .combine(grantRevokeGrants(tables, grantee))
    .combine(allowWrapping(tables, grantee, 'kms:Encrypt', totpSecrets))
    .combine(allowWrapping(tables, grantee, 'kms:Decrypt', totpSecrets));
}

/** Limits to the keys of accounts. */
const keysOfAccounts: Conditions = {
  ...ofItems('account#*'),
  'ForAllValues:StringEquals': {
    'dynamodb:Attributes': [tableDefinitions.people.partitionKey, tableDefinitions.people.sortKey],
  },
  StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
};

/** Limits to the claims of accounts. Readable attributes must include those of the key. */
const claimsOfAccounts: Conditions = {
  ...ofItems('account#*'),
  'ForAllValues:StringEquals': {
    'dynamodb:Attributes': [
      tableDefinitions.people.partitionKey,
      tableDefinitions.people.sortKey,
      'claims',
      'disabledAt',
    ],
  },
  StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
};
