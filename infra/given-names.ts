import { type CfnElement, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/*
 * The names that CloudFormation gives to what has none: that of the stack, the logical id and some letters, as in
 * `Pixy-prod-Api-AuthTokenLogs0A1B2C3D-Ab1Cd2Ef3Gh4`.
 */

/** A hyphen, and the letters that are different each time. */
const ending = 14;

/** What the names of a stack begin with, as far as it is known: a nested stack is named like any other resource. */
export function namePrefix(scope: Construct): string {
  const stack = Stack.of(scope);
  const { nestedStackParent: parent, nestedStackResource: resource } = stack;
  if (!Token.isUnresolved(stack.stackName)) return `${stack.stackName}-`;
  if (parent === undefined || resource === undefined) return '';
  return `${namePrefix(parent)}${parent.getLogicalId(resource as CfnElement)}-`;
}

/** How long the name of a stack can be; CloudFormation cuts that of a nested one. */
const longestStackName = 128;

/** How long such a name is. */
export function nameLength(scope: Construct, logicalId: string): number {
  const prefix = namePrefix(scope).length + (Stack.of(scope).nestedStackParent ? ending : 0);
  return Math.min(prefix, longestStackName + 1) + logicalId.length + ending;
}
