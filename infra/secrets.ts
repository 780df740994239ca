import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { checkRegion } from './check-region.ts';
import { isKnownLater } from './known-later.ts';
import { WrongSetting } from './wrong-setting.ts';

/** A secret of the operator: a text secret of Secrets Manager, or a SecureString of Parameter Store. */
export type OperatorSecret = ISecret | IStringParameter;

const isSecret = (secret: OperatorSecret): secret is ISecret => 'secretArn' in secret;

/** The name under which Parameter Store also reads Secrets Manager. */
export const parameterNameOf = (secret: OperatorSecret): string =>
  isSecret(secret) ? `/aws/reference/secretsmanager/${secret.secretName}` : secret.parameterName;

/** Allows reading this secret (shared/aws/secret-store.ts), and no other. */
export function grantReadSecret(scope: Construct, grantee: IGrantable, secret: OperatorSecret): void {
  const arn = isSecret(secret) ? secret.secretArn : secret.parameterArn;
  checkRegion(scope, 'a secret', arn, secret);
  checkAccount(scope, arn);
  secret.grantRead(grantee);
  if (!isSecret(secret)) return;
  const resourceName = parameterNameOf(secret).slice(1);
  const parameter = Arn.format({ service: 'ssm', resource: 'parameter', resourceName }, Stack.of(scope));
  Grant.addToPrincipal({ grantee, actions: ['ssm:GetParameter'], resourceArns: [parameter] });
}

/** Throws {@link WrongSetting} for a secret of another account than the stack's: Parameter Store finds by name what is in its own. */
function checkAccount(scope: Construct, arn: string): void {
  if (isKnownLater(arn)) return;
  const { account } = Arn.split(arn, ArnFormat.COLON_RESOURCE_NAME);
  const own = Stack.of(scope).account;
  if (!account || [account, own].some((one) => Token.isUnresolved(one)) || account === own) return;
  throw new WrongSetting(`a secret must be in ${own}, the account of the stack, but ${arn} is in ${account}.`);
}
