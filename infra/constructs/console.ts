import { type CfnElement, Duration, Fn, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { prefixMark } from '../../shared/config.ts';
import { nameLength, namePrefix } from '../given-names.ts';
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
  const prefix = namePrefix(scope);
  // The name of the stack is in each of them, and together they may have more than an environment takes.
  const shortened = {
    PIXY_AUDIT_LOG_GROUPS: Fn.join(prefixMark, Fn.split(prefix, names)),
    PIXY_AUDIT_LOG_PREFIX: prefix,
  };
  const readers = [console, ...(rollUp ? [rollUp] : [])];
  allowQueries(scope, readers, logGroups);
  for (const reader of readers) {
    reader.tell(prefix === '' ? { PIXY_AUDIT_LOG_GROUPS: names } : shortened);
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

/** What IAM takes: bytes of the policies in a role, of which other permissions need the larger part, and of a policy of its own. */
const mostInRole = 3_500;
const mostInPolicy = 5_500;

/** `arn:aws-us-gov:logs:ap-southeast-1:123456789012:log-group:` and `:*`, with quotes and a comma. */
const aroundName = 62;

/** Allows querying the log groups: in the roles, or where the name of the stack is too long for that, by policies that both have. */
function allowQueries(scope: Construct, readers: readonly PixyFunction[], logGroups: readonly ILogGroup[]): void {
  const query = (groups: readonly ILogGroup[]) =>
    new PolicyStatement({ actions: ['logs:StartQuery'], resources: groups.map(({ logGroupArn }) => logGroupArn) });
  const logicalId = ({ node }: ILogGroup) => Stack.of(scope).getLogicalId(node.defaultChild as CfnElement);
  const bytes = logGroups.reduce((sum, group) => sum + aroundName + nameLength(scope, logicalId(group)), 0);
  if (bytes <= mostInRole) {
    for (const reader of readers) reader.addToRolePolicy(query(logGroups));
    return;
  }
  const policies = Math.ceil(bytes / mostInPolicy);
  const each = Math.ceil(logGroups.length / policies);
  for (let at = 0; at < policies; at += 1) {
    new ManagedPolicy(scope, `QueryAuditLog${at + 1}`, {
      description: 'Lets the console of an authorization server query its audit log',
      statements: [query(logGroups.slice(at * each, (at + 1) * each))],
      roles: readers.flatMap(({ role }) => (role ? [role] : [])),
    });
  }
}
