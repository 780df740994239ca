import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { kmsKeyTag } from '../../shared/keys/kms-key-tag.ts';
import type { Signing } from '../signing.ts';
import { allow, type Conditions, ofItems } from './allow.ts';
import { allowWrapping, nonceKeys, pairwiseKey, refreshKeys } from './allow-wrapping.ts';
import type { ServerTables } from './server-tables.ts';

/** Allows reading the public signing keys. The same items hold the private part, which stays encrypted without `grantSign`. */
export function grantReadKeys(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.keys, ['dynamodb:Query'], ofItems('signing'));
}

/**
 * Allows reading the signing keys, and decrypting them or signing with KMS. Grants both, wherever new keys are made, because
 * after a change of the setting an existing key signs until its successor takes over. Without such a key, the permission is
 * empty.
 */
export function grantSign(tables: ServerTables, grantee: IGrantable): Grant {
  return grantReadKeys(tables, grantee)
    .combine(allowWrapping(tables, grantee, 'kms:Decrypt'))
    .combine(allowOwnKeys(tables, grantee, 'kms:Sign'));
}

/** Allows reading and decrypting the keys of refresh tokens, with which codes name their person, but not the signing keys. */
export function grantSealCodes(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.keys, ['dynamodb:Query'], ofItems('refresh')).combine(
    allowWrapping(tables, grantee, 'kms:Decrypt', refreshKeys),
  );
}

/** Allows reading and decrypting the key of the nonces for DPoP proofs, which opens nothing else. */
export function grantMakeNonces(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.keys, ['dynamodb:Query'], ofItems('nonce')).combine(
    allowWrapping(tables, grantee, 'kms:Decrypt', nonceKeys),
  );
}

/** Allows reading and decrypting the key of pairwise subjects, and no other. */
export function grantTellPairwiseSubjects(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.keys, ['dynamodb:Query'], ofItems('pairwise')).combine(
    allowWrapping(tables, grantee, 'kms:Decrypt', pairwiseKey),
  );
}

/** Allows reading and decrypting the keys of refresh tokens. */
export function grantOpenRefreshTokens(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.keys, ['dynamodb:Query'], ofItems('refresh')).combine(
    allowWrapping(tables, grantee, 'kms:Decrypt'),
  );
}

/**
 * Allows making, encrypting and deleting keys, including those that KMS made under an earlier setting, but not decrypting or
 * signing.
 */
export function grantRotateKeys(tables: ServerTables, grantee: IGrantable, signing: Signing = 'memory'): Grant {
  const rotate = allow(grantee, tables.keys, ['dynamodb:PutItem', 'dynamodb:Query'])
    .combine(allow(grantee, tables.keys, ['dynamodb:DeleteItem'], ofItems('signing', 'refresh', 'unfinished')))
    .combine(allowWrapping(tables, grantee, 'kms:Encrypt'))
    .combine(allowOwnKeys(tables, grantee, 'kms:ScheduleKeyDeletion'));
  return signing === 'kms' ? rotate.combine(allowMakingKeys(tables, grantee)) : rotate;
}

/**
 * Allows making keys in KMS that only sign and carry this server's tag, and reading their public part. Making a tagged key
 * requires permission to put this one tag on keys of the account, which KMS cannot limit to new ones.
 */
function allowMakingKeys(tables: ServerTables, grantee: IGrantable): Grant {
  const tag = { [`aws:RequestTag/${kmsKeyTag}`]: [tables.keys.tableName] };
  const onlyThisTag = { 'ForAllValues:StringEquals': { 'aws:TagKeys': [kmsKeyTag] } };
  const signingOnly = { 'kms:KeyUsage': ['SIGN_VERIFY'] };
  const grant = (action: `kms:${string}`, resource: string, conditions: Conditions) =>
    Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resource], conditions });
  return grant('kms:CreateKey', '*', { StringEquals: { ...tag, ...signingOnly } })
    .combine(grant('kms:TagResource', keysOf(tables), { StringEquals: tag, ...onlyThisTag }))
    .combine(grant('kms:GetPublicKey', keysOf(tables), { StringEquals: signingOnly }));
}

/** Allows rotate-keys to put these tags on the keys that it makes in KMS, beside this server's own. */
export function grantTagKeys(tables: ServerTables, grantee: IGrantable, names: readonly string[]): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['kms:TagResource'],
    resourceArns: [keysOf(tables)],
    conditions: {
      StringEquals: { [`aws:RequestTag/${kmsKeyTag}`]: [tables.keys.tableName] },
      'ForAllValues:StringEquals': { 'aws:TagKeys': [kmsKeyTag, ...names] },
    },
  });
}

/** Limited to keys in KMS that carry this server's tag. */
function allowOwnKeys(
  tables: ServerTables,
  grantee: IGrantable,
  action: 'kms:Sign' | 'kms:ScheduleKeyDeletion',
): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: [action],
    resourceArns: [keysOf(tables)],
    conditions: { StringEquals: { [`aws:ResourceTag/${kmsKeyTag}`]: [tables.keys.tableName] } },
  });
}

/** All KMS keys in the account and region of the tables. */
const keysOf = ({ keys }: ServerTables): string =>
  Stack.of(keys).formatArn({ service: 'kms', resource: 'key', resourceName: '*' });
