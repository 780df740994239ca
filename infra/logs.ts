import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export interface LogSettings {
  readonly logRetention: RetentionDays;
  /** What happens to the logs, including the audit trail, when the stack is deleted. */
  readonly logRemovalPolicy: RemovalPolicy;
  /**
   * Encrypts the logs.
   *
   * @default - a key of CloudWatch Logs
   */
  readonly logEncryptionKey?: IKey | undefined;
}

export const makeLogGroup = (scope: Construct, id: string, settings: LogSettings): LogGroup =>
  new LogGroup(scope, id, {
    retention: settings.logRetention,
    removalPolicy: settings.logRemovalPolicy,
    encryptionKey: settings.logEncryptionKey,
  });

/** Lets CloudWatch Logs encrypt the log groups of this account and region with the key, if the app may change its policy. */
export function allowEncryptingLogs(scope: Construct, key: IKey): void {
  const stack = Stack.of(scope);
  const arn = stack.formatArn({ service: 'logs', resource: '*' });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn } },
    }),
  );
}
