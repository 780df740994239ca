import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WrongSetting } from './wrong-setting.ts';

/**
 * Throws {@link WrongSetting} for a resource of another region than the stack's, where `prop` needs one of the same. Where the stack
 * leaves its region to the deployment, it is the one that the CDK CLI is going to deploy to, and without the CLI nobody knows.
 */
export function checkRegion(scope: Construct, prop: string, arn: string | undefined): void {
  if (arn === undefined || Token.isUnresolved(arn)) return;
  const { region } = Arn.split(arn, ArnFormat.NO_RESOURCE_NAME);
  const own = Stack.of(scope).region;
  const deployed = Token.isUnresolved(own) ? process.env['CDK_DEFAULT_REGION'] : own;
  if (!region || Token.isUnresolved(region) || deployed === undefined || region === deployed) return;
  throw new WrongSetting(`${prop} must be in ${deployed}, the region of the stack, but ${arn} is in ${region}.`);
}
