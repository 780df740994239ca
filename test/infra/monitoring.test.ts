import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditMetrics } from '../../infra/audit-metrics.ts';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { auditLine, type Decision } from '../../shared/audit/decision.ts';
import {
  constructIds,
  functionsOf,
  ofType,
  onlyOne,
  type Properties,
  removeAssemblies,
  type Synthesized,
  synthesize,
  type TemplateJson,
  testApp,
} from './synthesize.ts';

afterAll(removeAssemblies);

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

type Metrics = Record<string, { functions: string[]; pattern: string; dimensions: unknown }>;

/** The metric filters of a template, by the name of their metric. */
function metricsOf(template: TemplateJson): Metrics {
  const metrics: Metrics = {};
  for (const [, { Properties }] of ofType(template, 'AWS::Logs::MetricFilter')) {
    const [{ MetricName, MetricValue, Dimensions }] = Properties['MetricTransformations'];
    expect(MetricValue).toBe('1');
    const writer = [...functionsOf(template)].find(
      ([, lambda]) => lambda.Properties['LoggingConfig'].LogGroup.Ref === Properties['LogGroupName'].Ref,
    );
    metrics[MetricName] ??= { functions: [], pattern: Properties['FilterPattern'], dimensions: Dimensions };
    metrics[MetricName].functions.push(writer?.[0] ?? 'unknown');
  }
  return metrics;
}

describe('metrics of the audit log', () => {
  const { 'rotate-keys': _, ...endpoints } = constructIds;
  const everyEndpoint = Object.values(endpoints).sort();

  it('are filtered from the log groups of the functions that write such lines', () => {
    const functions = Object.entries(metricsOf(made.api)).map(([name, metric]) => [name, metric.functions.sort()]);
    expect(Object.fromEntries(functions)).toEqual({
      refused: everyEndpoint,
      wouldRefuse: ['Authorize', 'AuthorizeHybrid', 'DeviceAuthorization', 'Token'],
      codeSpent: ['Token'],
      refreshTokenReplayed: ['Token'],
      credentialChanged: ['Account', 'Invitation', 'Passkey', 'Upstream'],
      failed: everyEndpoint,
    });
  });

  it('have dimensions of few values: never a client, a request or an address', () => {
    const dimensions = Object.entries(metricsOf(made.api)).map(([name, metric]) => [name, metric.dimensions]);
    expect(Object.fromEntries(dimensions)).toEqual({
      refused: [
        { Key: 'endpoint', Value: '$.endpoint' },
        { Key: 'reason', Value: '$.reason' },
      ],
      wouldRefuse: [{ Key: 'reason', Value: '$.wouldRefuse' }],
      credentialChanged: [{ Key: 'credential', Value: '$.credential' }],
      failed: [{ Key: 'reason', Value: '$.reason' }],
    });
  });

  /** The part of the pattern language that we use: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
  function matches(pattern: string, line: Properties): boolean {
    const terms = [...pattern.matchAll(/\(\$\.(\w+) = (\d+|"[^"]*")\)/g)];
    expect(`{ ${terms.map(([term]) => term).join(' && ')} }`).toBe(pattern);
    return terms.every(([, member = '', value = '']) =>
      value === '"*"' ? line[member] !== undefined : line[member] === JSON.parse(value),
    );
  }

  it.each<[string, Decision, string[]]>([
    ['a decision that allows', { endpoint: 'token', verdict: 'allowed', client: 'web' }, []],
    ['a refusal', { endpoint: 'authorize', verdict: 'refused', reason: 'code_challenge_required' }, ['refused']],
    [
      'what report mode let through',
      { endpoint: 'authorize', verdict: 'allowed', wouldRefuse: 'code_challenge_required' },
      ['wouldRefuse'],
    ],
    ['a spent code', { endpoint: 'token', verdict: 'refused', reason: 'code_spent' }, ['refused', 'codeSpent']],
    [
      'a replayed refresh token',
      { endpoint: 'token', verdict: 'refused', reason: 'refresh_token_replayed' },
      ['refused', 'refreshTokenReplayed'],
    ],
    [
      'a passkey that was added',
      { endpoint: 'account-passkey', verdict: 'allowed', credential: 'passkey_added' },
      ['credentialChanged'],
    ],
    ['a failure', { endpoint: 'revoke', verdict: 'failed', reason: 'store_unavailable' }, ['failed']],
  ])('count %s', (_, decision, counted) => {
    const line = JSON.parse(auditLine(1_800_000_000, 'a-request', decision));
    const metrics = Object.entries(auditMetrics).filter(([, { pattern }]) => matches(pattern, line));
    expect(metrics.map(([name]) => name)).toEqual(counted);
  });
});

describe('the alarm', () => {
  const alarmOf = (template: TemplateJson) => onlyOne(template, 'AWS::CloudWatch::Alarm').Properties;

  it('goes off when twenty spent codes come in five minutes, and is quiet when there are none at all', () => {
    expect(alarmOf(made.api)).toMatchObject({
      MetricName: 'codeSpent',
      Namespace: 'Pixy/Pixy-dev-Api-Auth',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 20,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(alarmOf(made.api)).not.toHaveProperty('Dimensions');
  });

  it('tells nobody, unless there is a topic', () => {
    expect(alarmOf(made.api)).not.toHaveProperty('AlarmActions');
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:111122223333:alarms';
    expect(alarmOf(synthesize({ alarmTopicArn, signing: 'kms' }).api)['AlarmActions']).toEqual([alarmTopicArn]);
  });
});

describe('the dashboard', () => {
  it('shows every metric, in the namespace that the filters write to', () => {
    const { DashboardBody } = onlyOne(made.api, 'AWS::CloudWatch::Dashboard').Properties;
    const text = JSON.stringify(DashboardBody).replaceAll('\\', '');
    for (const metric of Object.keys(auditMetrics)) expect(text).toContain(metric);
    const namespaces = ofType(made.api, 'AWS::Logs::MetricFilter').map(
      ([, { Properties }]) => Properties['MetricTransformations'][0].MetricNamespace,
    );
    expect(new Set(namespaces)).toEqual(new Set(['Pixy/Pixy-dev-Api-Auth']));
    expect(text).toContain('SEARCH(\'{"Pixy/Pixy-dev-Api-Auth",endpoint,reason} MetricName="refused"\'');
  });

  it('can be left out, and the alarm stays', () => {
    const stack = new Stack(testApp(), 'Mine');
    const alarmTopic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:alarms');
    new AuthorizationServer(stack, 'Auth', { stage: 'dev', dashboard: false, alarmTopic });
    const template = Template.fromStack(stack).toJSON() as TemplateJson;
    expect(ofType(template, 'AWS::CloudWatch::Dashboard')).toEqual([]);
    expect(ofType(template, 'AWS::CloudWatch::Alarm')).toHaveLength(1);
  });
});
