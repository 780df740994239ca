import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { pairwiseKeyName } from '../../shared/keys/pairwise-key.ts';
import type { Conditions } from './allow.ts';
import type { ServerTables } from './server-tables.ts';

/** Data that is bound to a key id, or to an account (shared/people/totp-store.ts). The first includes the second. */
const boundToKey: Conditions = { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': ['kid'] } };
export const totpSecrets: Conditions = { StringLike: { 'kms:EncryptionContext:kid': ['totp:*'] } };
/** How functions/rotate-keys names the keys of refresh tokens. */
export const refreshKeys: Conditions = { StringLike: { 'kms:EncryptionContext:kid': ['refresh-*'] } };

/** How functions/rotate-keys names the key of nonces. */
export const nonceKeys: Conditions = { StringLike: { 'kms:EncryptionContext:kid': ['nonce-*'] } };
export const pairwiseKey: Conditions = { StringEquals: { 'kms:EncryptionContext:kid': [pairwiseKeyName] } };

/** Limited to data that is bound to a key id, which is how shared/keys/kms-wrapper.ts calls KMS. */
export function allowWrapping(
  tables: ServerTables,
  grantee: IGrantable,
  action: 'kms:Encrypt' | 'kms:Decrypt',
  conditions: Conditions = boundToKey,
): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: [action],
    resourceArns: [tables.wrappingKey.keyArn],
    conditions,
  });
}
