import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { PixyFunction } from './pixy-function.ts';

/** How often the audit log of today is counted. */
const countedEvery = Duration.hours(1);

/**
 * Lets the console search the audit log, and the roll-up, where there is one, count it every hour. Both may query the log groups of the functions and no other
 * ones, and read nothing but the answers of queries.
 */
export function connectAuditLog(
  scope: Construct,
  { console, rollUp }: { console: PixyFunction; rollUp: PixyFunction | undefined },
  logGroups: readonly ILogGroup[],
): void {
  const names = logGroups.map(({ logGroupName }) => logGroupName).join(',');
  for (const reader of [console, ...(rollUp ? [rollUp] : [])]) {
    reader.addEnvironment('PIXY_AUDIT_LOG_GROUPS', names);
    reader.addToRolePolicy(
      new PolicyStatement({
        actions: ['logs:StartQuery'],
        resources: logGroups.map(({ logGroupArn }) => logGroupArn),
      }),
    );
    // IAM knows no resource for this action: whoever has the id of a query gets its answer, and ids cannot be guessed.
    reader.addToRolePolicy(new PolicyStatement({ actions: ['logs:GetQueryResults'], resources: ['*'] }));
  }
  if (rollUp === undefined) return;
  new Rule(scope, 'HourlyRollUp', {
    description: 'Counts the audit log for the console',
    schedule: Schedule.rate(countedEvery),
    targets: [new LambdaFunction(rollUp, { event: RuleTargetInput.fromObject({}) })],
  });
}
