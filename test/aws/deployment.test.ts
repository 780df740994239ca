import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTagsOfResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetRoleCommand, IAMClient, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  type FunctionConfiguration,
  GetPolicyCommand,
  LambdaClient,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { functionDescriptions } from '../../infra/functions.ts';
import { describeTable } from '../../infra/local/create-tables.ts';
import { routes } from '../../infra/routes.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';
import { constructIds } from '../infra/synthesize.ts';
import { apiIdOf, parameterOf, routesOf } from './deployed-server.ts';
import { deployedStages, stages, succeed } from './deployed-stages.ts';
import type { StandIn } from './stand-in.ts';

const { standIn, missing } = deployedStages();
const settings = { dev: { retention: 7, isProtected: false }, prod: { retention: 365, isProtected: true } };

/** The functions of a stage, without the CDK's own, by what they are called in infra/functions.ts. */
async function functionsOf({ clients }: StandIn, stage: string): Promise<Map<string, FunctionConfiguration>> {
  const found: FunctionConfiguration[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: new LambdaClient(clients) }, {})) {
    found.push(...Functions);
  }
  return new Map(
    Object.entries(constructIds).map(([name, id]) => {
      const pattern = new RegExp(`^Pixy-${stage}-Api-Auth${id}[0-9A-F]{8}-`);
      return [name, found.find(({ FunctionName = '' }) => pattern.test(FunctionName)) as FunctionConfiguration];
    }),
  );
}

describe.skipIf(missing !== undefined).each(stages)('the %s stage, deployed', (stage) => {
  it('has every route of infra/routes.ts and no other, each with its function, which lets the API call it', async () => {
    const functions = await functionsOf(standIn(), stage);
    const apiId = await apiIdOf(standIn(), stage);
    const deployed = await routesOf(standIn(), apiId);
    const arnOf = (name: string) => functions.get(name)?.FunctionArn;
    expect(deployed).toEqual(new Map(routes.map((route) => [`ANY ${route.path}`, arnOf(route.function)])));

    const lambda = new LambdaClient(standIn().clients);
    for (const { path, function: name } of routes) {
      const FunctionName = functions.get(name)?.FunctionName;
      const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName }));
      expect(Policy).toContain(`:${apiId}/*/*${path}"`);
    }
  });

  it('has the four tables with keys, index, encryption, TTL, point-in-time recovery, protection and the version of Pixy', async () => {
    const database = new DynamoDBClient(standIn().clients);
    for (const [name, definition] of Object.entries(tableDefinitions) as [TableName, TableDefinition][]) {
      const TableName = await parameterOf(standIn(), stage, `tables/${name}`);
      const { Table } = await database.send(new DescribeTableCommand({ TableName }));
      const wanted = describeTable(TableName, definition);
      expect(Table).toMatchObject({
        KeySchema: wanted.KeySchema,
        AttributeDefinitions: wanted.AttributeDefinitions,
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        DeletionProtectionEnabled: settings[stage].isProtected,
        SSEDescription: { SSEType: 'KMS' },
        GlobalSecondaryIndexes: wanted.GlobalSecondaryIndexes ?? [],
      });
      const { Tags } = await database.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
      expect(Tags).toEqual([{ Key: 'pixy-version', Value: packageJson.version }]);
      const { TimeToLiveDescription } = await database.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription?.AttributeName).toBe(definition.timeToLive);
      const backups = await database.send(new DescribeContinuousBackupsCommand({ TableName }));
      const { PointInTimeRecoveryDescription } = backups.ContinuousBackupsDescription ?? {};
      expect(PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe(
        settings[stage].isProtected ? 'ENABLED' : 'DISABLED',
      );
    }
  });

  it('has a wrapping key that rotates', async () => {
    const KeyId = await parameterOf(standIn(), stage, 'wrapping-key');
    const kms = new KMSClient(standIn().clients);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ KeyUsage: 'ENCRYPT_DECRYPT', KeyState: 'Enabled' });
    expect((await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled).toBe(true);
  });

  it('gives every function its memory, time, role and log group', async () => {
    const functions = await functionsOf(standIn(), stage);
    const iam = new IAMClient(standIn().clients);
    const roles = new Set<string>();
    for (const [name, { memorySize = 512, timeout = 10, description }] of Object.entries(functionDescriptions)) {
      const made = functions.get(name) as FunctionConfiguration;
      expect(made).toMatchObject({
        Description: description,
        MemorySize: memorySize,
        Timeout: timeout,
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
      });
      expect(JSON.stringify(made.Environment?.Variables).length).toBeLessThan(4_096);
      const RoleName = made.Role?.split('/').at(-1) ?? '';
      roles.add(RoleName);
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      const [statement] = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).Statement;
      expect(statement.Principal).toEqual({ Service: 'lambda.amazonaws.com' });
      const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      expect(AttachedPolicies ?? []).toEqual([]);
    }
    expect(roles.size).toBe(functions.size);
  });

  it('keeps every log group as long as the stage says, and measures those with audit lines', async () => {
    const logs = new CloudWatchLogsClient(standIn().clients);
    const found = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: `Pixy-${stage}-Api-` }));
    const groups = found.logGroups ?? [];
    expect(groups.map(({ retentionInDays }) => retentionInDays)).toEqual(groups.map(() => settings[stage].retention));
    for (const { LoggingConfig } of (await functionsOf(standIn(), stage)).values()) {
      expect(groups.map(({ logGroupName }) => logGroupName)).toContain(LoggingConfig?.LogGroup);
    }
    for (const logGroupName of (await parameterOf(standIn(), stage, 'log-groups')).split(',')) {
      const { metricFilters = [] } = await logs.send(new DescribeMetricFiltersCommand({ logGroupName }));
      expect(metricFilters.map(({ metricTransformations }) => metricTransformations?.[0]?.metricName)).toEqual(
        expect.arrayContaining(['notAllowed']),
      );
    }
    const { MetricAlarms = [] } = await new CloudWatchClient(standIn().clients).send(new DescribeAlarmsCommand({}));
    expect(MetricAlarms.map(({ Namespace }) => Namespace)).toContain(`Pixy/Pixy-${stage}-Api-Auth`);
  });

  it('rotates the keys once a day', async () => {
    const events = new EventBridgeClient(standIn().clients);
    const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix: `Pixy-${stage}-Api-` }));
    const [rule] = Rules;
    expect(rule).toMatchObject({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: rule?.Name }));
    expect(Targets.map(({ Arn }) => Arn)).toEqual([
      (await functionsOf(standIn(), stage)).get('rotate-keys')?.FunctionArn,
    ]);
  });

  it('has no difference to the templates that it was deployed from', async () => {
    const output = await succeed(standIn(), 'diff', '--app', `${stage}.out`, '--fail');
    expect(output).toContain('Number of stacks with differences: 0');
  });
});
