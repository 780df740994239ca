import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';

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
