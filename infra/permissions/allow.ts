import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { tableDefinitions } from '../../shared/aws/tables.ts';

/** The conditions of an IAM statement. */
export type Conditions = Record<string, Record<string, string[]>>;

/** Allows the actions on one table, under the conditions. */
export const allow = (
  grantee: IGrantable,
  table: ITableV2,
  actions: readonly `dynamodb:${string}`[],
  conditions?: Conditions,
): Grant => Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [table.tableArn], conditions });

/** Limits to items with these partition keys. */
export const ofItems = (...partitionKeys: string[]): Conditions => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitionKeys },
});

const { partitionKey, sortKey } = tableDefinitions.people;

/** Limits to these attributes of some items of a table whose keys are called as those of people. Readable attributes must include those of the key. */
export const onlyAttributes = (attributes: readonly string[], items: Conditions): Conditions => ({
  ...items,
  'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...new Set([partitionKey, sortKey, ...attributes])] },
  StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
});
