import { Arn, ArnFormat, type IResource, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isKnownLater } from './known-later.ts';
import { WrongSetting } from './wrong-setting.ts';

/**
 * Throws {@link WrongSetting} for a resource of another region than the stack's, where `prop` needs one of the same. `madeAs` tells it of
 * a resource that another stack makes, whose ARN nobody knows yet. Where the stack leaves its region to the deployment, it is the one that
 * the CDK CLI is going to deploy to, and without the CLI nobody knows.
 */
export function checkRegion(scope: Construct, prop: string, arn: string | undefined, madeAs?: IResource): void {
  const region = regionOf(arn, madeAs);
  const own = Stack.of(scope).region;
  const isOpen = Token.isUnresolved(own);
  const deployed = isOpen ? process.env['CDK_DEFAULT_REGION'] : own;
  if (!region || Token.isUnresolved(region) || deployed === undefined || region === deployed) return;
  const why = isOpen
    ? 'where the CDK deploys to unless AWS_REGION or an env says otherwise'
    : 'the region of the stack';
  throw new WrongSetting(
    `${prop} must be in ${deployed}, ${why}, but ${isKnownLater(arn) ? 'it' : arn} is in ${region}.`,
  );
}

function regionOf(arn: string | undefined, madeAs: IResource | undefined): string | undefined {
  if (arn === undefined) return undefined;
  return isKnownLater(arn) ? madeAs?.env.region : Arn.split(arn, ArnFormat.NO_RESOURCE_NAME).region;
}
