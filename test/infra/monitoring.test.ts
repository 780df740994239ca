import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditMetrics } from '../../infra/audit-metrics.ts';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { auditLine, type Decision } from '../../shared/audit/decision.ts';
import { StoreUnavailable } from '../../shared/aws/dynamodb.ts';
import { describeCause } from '../../shared/http/endpoint.ts';
import { kmsService } from '../../shared/keys/kms-service.ts';
import {
  constructIds,
  functionAt,
  functionsOf,
  importedFrom,
  list,
  ofType,
  onlyOne,
  type Properties,
  policiesOf,
  removeAssemblies,
  type Synthesized,
  synthesize,
  type TemplateJson,
  templateWith,
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
      issued: ['Authorize', 'AuthorizeHybrid', 'DeviceAuthorization'],
      tokens: ['Token'],
      notAllowed: everyEndpoint,
      refusals: ['Authorize', 'AuthorizeHybrid', 'SignIn', 'Token'],
      wouldRefuse: ['Authorize', 'AuthorizeHybrid', 'DeviceAuthorization', 'Token'],
      codeSpent: ['Token'],
      refreshTokenReplayed: ['Token'],
      credentialChanged: ['Account', 'Invitation', 'Passkey', 'Upstream'],
      kmsFailed: ['Authorize', 'AuthorizeHybrid', 'Token'],
    });
  });

  it('have dimensions of few values: never a client, a request or an address', () => {
    const dimensions = Object.entries(metricsOf(made.api)).map(([name, metric]) => [name, metric.dimensions]);
    expect(Object.fromEntries(dimensions)).toEqual({
      issued: [{ Key: 'method', Value: '$.method' }],
      tokens: [{ Key: 'grant', Value: '$.grant' }],
      notAllowed: [
        { Key: 'verdict', Value: '$.verdict' },
        { Key: 'endpoint', Value: '$.endpoint' },
        { Key: 'reason', Value: '$.reason' },
      ],
      wouldRefuse: [{ Key: 'reason', Value: '$.wouldRefuse' }],
      credentialChanged: [{ Key: 'credential', Value: '$.credential' }],
    });
  });

  /** The part of the pattern language that we use: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
  function matches(pattern: string, line: Properties): boolean {
    const terms = [...pattern.matchAll(/\(\$\.(\w+) = (\d+|"[^"]*")\)/g)];
    expect(`{ ${terms.map(([term]) => term).join(' && ')} }`).toBe(pattern);
    return terms.every(([, member = '', value = '']) => {
      const wanted = JSON.parse(value);
      const isOpen = typeof wanted === 'string' && wanted.endsWith('*');
      return isOpen ? line[member]?.startsWith(wanted.slice(0, -1)) === true : line[member] === wanted;
    });
  }

  const kmsRefuses = new StoreUnavailable(
    Object.assign(new Error('no'), { name: 'AccessDeniedException' }),
    kmsService,
  );
  const databaseIsSilent = new StoreUnavailable(Object.assign(new Error('no'), { name: 'TimeoutError' }));

  it.each<[string, Decision, string[]]>([
    ['a decision that allows', { endpoint: 'sign-in', verdict: 'allowed' }, []],
    ['a code', { endpoint: 'authorize', verdict: 'allowed', client: 'web', method: 'S256' }, ['issued']],
    ['a request that goes on', { endpoint: 'authorize', verdict: 'continued', client: 'web', method: 'S256' }, []],
    ['tokens', { endpoint: 'token', verdict: 'allowed', client: 'web', grant: 'refresh_token' }, ['tokens']],
    [
      'a refusal',
      { endpoint: 'authorize', verdict: 'refused', reason: 'code_challenge_required', method: 'none' },
      ['notAllowed', 'refusals'],
    ],
    [
      'what report mode let through',
      { endpoint: 'authorize', verdict: 'allowed', wouldRefuse: 'code_challenge_required' },
      ['wouldRefuse'],
    ],
    [
      'a spent code',
      { endpoint: 'token', verdict: 'refused', reason: 'code_spent' },
      ['notAllowed', 'refusals', 'codeSpent'],
    ],
    [
      'a replayed refresh token',
      { endpoint: 'token', verdict: 'refused', reason: 'refresh_token_replayed' },
      ['notAllowed', 'refusals', 'refreshTokenReplayed'],
    ],
    [
      'a passkey that was added',
      { endpoint: 'account-passkey', verdict: 'allowed', credential: 'passkey_added' },
      ['credentialChanged'],
    ],
    [
      'a failure of KMS',
      { endpoint: 'token', verdict: 'failed', reason: 'store_unavailable', cause: describeCause(kmsRefuses) },
      ['notAllowed', 'kmsFailed'],
    ],
    [
      'one of the database, which is none of KMS',
      { endpoint: 'token', verdict: 'failed', reason: 'store_unavailable', cause: describeCause(databaseIsSilent) },
      ['notAllowed'],
    ],
    ['a failure', { endpoint: 'revoke', verdict: 'failed', reason: 'store_unavailable' }, ['notAllowed']],
  ])('count %s', (_, decision, counted) => {
    const line = JSON.parse(auditLine(1_800_000_000, 'a-request', decision));
    const metrics = Object.entries(auditMetrics).filter(([, { pattern }]) => matches(pattern, line));
    expect(metrics.map(([name]) => name)).toEqual(counted);
  });
});

/** Everything that a server may have which has an alarm. */
const whole: AuthorizationServerProps = {
  stage: 'dev',
  mail: { from: 'no-reply@example.com' },
  removalGrace: Duration.days(7),
  pushedAuthorizationRequests: 'accepted',
  registration: 'open',
  signedIntrospection: true,
  jwtBearer: true,
  pairwiseSubjects: true,
};

type NamedAlarm = { name: string } & Properties;

/** The alarms of a template, by the ids of their constructs. */
const alarmsOf = (template: TemplateJson): NamedAlarm[] =>
  ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Metadata, Properties }]) => ({
    name: Metadata?.['aws:cdk:path']?.split('/').at(-2) ?? 'unknown',
    ...Properties,
  }));

const namesOf = (template: TemplateJson) =>
  alarmsOf(template)
    .map(({ name }) => name)
    .sort();

const alwaysThere = [
  'KeyRotationFailed',
  'KeyRotationMissed',
  'KmsFailures',
  'RefusalsSpike',
  'ServerErrors',
  'SlowAnswers',
  'SpentCodes',
  'ThrottledClients',
  'ThrottledGrants',
  'ThrottledKeys',
  'ThrottledPeople',
];

describe('the alarms', () => {
  const alarm = (wanted: string) => alarmsOf(made.api).find(({ name }) => name === wanted);

  it('are only about functions and tables that are there', () => {
    expect(namesOf(made.api)).toEqual(alwaysThere);
    expect(namesOf(templateWith(whole))).toEqual([...alwaysThere, 'AccountRemovalFailed', 'DeadLettersAlarm'].sort());
    const { Resources } = templateWith(whole);
    const dimensions = JSON.stringify(
      alarmsOf(templateWith(whole)).map(({ Metrics, Dimensions }) => [Metrics, Dimensions]),
    );
    for (const [, id] of dimensions.matchAll(/"Ref":"(\w+)"/g)) expect(Resources).toHaveProperty(id ?? '');
  });

  it('say what happened, why from there on, and where the runbook is', () => {
    for (const { name, AlarmDescription } of alarmsOf(templateWith(whole))) {
      expect(AlarmDescription).toContain(`Runbook: ${name} in docs/operations.md.`);
      expect(AlarmDescription.length).toBeGreaterThan(100);
      // The most that CloudWatch takes.
      expect(AlarmDescription.length).toBeLessThanOrEqual(1_024);
    }
  });

  it('have a row in the runbook each, and the runbook has no row for an alarm that is not there', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
    const section = text.split('\n## Alarms\n')[1]?.split('\n## ')[0] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    );
    expect(named.sort()).toEqual(namesOf(templateWith(whole)));
  });

  it('tell nobody, unless there is a topic, and then all of them tell it', () => {
    for (const each of alarmsOf(made.api)) expect(each).not.toHaveProperty('AlarmActions');
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:111122223333:alarms';
    const told = alarmsOf(synthesize({ alarmTopicArn, signing: 'kms' }).api);
    expect(told.length).toBe(alwaysThere.length);
    for (const each of told) expect(each['AlarmActions']).toEqual([alarmTopicArn]);
  });

  it('go off when twenty spent codes come in five minutes, and are quiet when there are none at all', () => {
    expect(alarm('SpentCodes')).toMatchObject({
      MetricName: 'codeSpent',
      Namespace: 'Pixy/Pixy-dev-Api-Auth',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 20,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(alarm('SpentCodes')).not.toHaveProperty('Dimensions');
  });

  it.each([
    ['ServerErrors', '5xx', 'AWS/ApiGateway', 5, 1, 1],
    ['RefusalsSpike', 'refusals', 'Pixy/Pixy-dev-Api-Auth', 50, 20, 2],
  ])(
    '%s is a part of the requests, and not about a handful of them',
    (name, metric, namespace, atLeast, threshold, periods) => {
      const { Metrics, Threshold, EvaluationPeriods }: Properties = alarm(name) ?? {};
      expect({ Threshold, EvaluationPeriods }).toEqual({ Threshold: threshold, EvaluationPeriods: periods });
      const [expression, ...used] = Metrics;
      expect(expression.Expression).toBe(`IF(happened >= ${atLeast}, 100 * happened / requests, 0)`);
      expect(
        used.map(({ Id, MetricStat: { Metric: one } }: Properties) => [Id, one.Namespace, one.MetricName]).sort(),
      ).toEqual([
        ['happened', namespace, metric],
        ['requests', 'AWS/ApiGateway', 'Count'],
      ]);
    },
  );

  it('about latency look at the slowest hundredth, for a quarter of an hour, and not where few calls are made', () => {
    expect(alarm('SlowAnswers')).toMatchObject({
      Namespace: 'AWS/ApiGateway',
      MetricName: 'Latency',
      ExtendedStatistic: 'p99',
      EvaluateLowSampleCountPercentile: 'ignore',
      Period: 300,
      EvaluationPeriods: 3,
      Threshold: 3_000,
    });
  });

  it('about a table are about that table, and count both directions', () => {
    for (const table of ['Grants', 'Clients', 'People', 'Keys']) {
      const [, ...used] = alarm(`Throttled${table}`)?.['Metrics'] ?? [];
      const metrics = used.map(({ MetricStat: { Metric: one } }: Properties) => one);
      expect(metrics.map(({ MetricName }: Properties) => MetricName).sort()).toEqual([
        'ReadThrottleEvents',
        'WriteThrottleEvents',
      ]);
      for (const { Dimensions } of metrics) {
        expect(importedFrom(made, Dimensions[0].Value)).toBe(`${table.toLowerCase()}.Ref`);
      }
    }
  });

  it('hear of a rotation that was given up, and of one that never began', () => {
    const rotateKeys = (Dimensions: Properties[]) => functionAt(made.api, Dimensions[0]?.['Value']);
    const { Dimensions: failed, ...givenUp } = alarm('KeyRotationFailed') ?? { Dimensions: [] };
    expect(rotateKeys(failed)).toBe('RotateKeys');
    expect(givenUp).toMatchObject({ MetricName: 'AsyncEventsDropped', Threshold: 1, Period: 86_400 });
    const { Dimensions: missed, ...absent } = alarm('KeyRotationMissed') ?? { Dimensions: [] };
    expect(rotateKeys(missed)).toBe('RotateKeys');
    expect(absent).toMatchObject({
      MetricName: 'Invocations',
      Period: 21_600,
      EvaluationPeriods: 8,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('are not there before the first rotation, of which one would say at once that it was missed', () => {
    const [[trigger] = ['']] = ofType(made.api, 'Custom::Trigger');
    const waiting = ofType(made.api, 'AWS::CloudWatch::Alarm').filter(([, { DependsOn }]) =>
      list(DependsOn ?? []).includes(trigger),
    );
    expect(waiting.map(([id]) => id)).toEqual([expect.stringMatching(/KeyRotationMissed/)]);
  });

  it('about KMS look into the logs of functions that may call it, and of those that every sign-in needs', () => {
    const template = templateWith(whole);
    const calling = [...functionsOf(template)].filter(([, lambda]) =>
      policiesOf(template, lambda).statements.some(({ Action }) =>
        list(Action).some((action) => action.startsWith('kms:')),
      ),
    );
    const watched = metricsOf(template)['kmsFailed']?.functions ?? [];
    expect(watched).toEqual(expect.arrayContaining(['Authorize', 'Token']));
    expect(calling.map(([name]) => name)).toEqual(expect.arrayContaining(watched));
  });
});

describe('the dashboard', () => {
  const bodyOf = (template: TemplateJson) =>
    JSON.stringify(onlyOne(template, 'AWS::CloudWatch::Dashboard').Properties['DashboardBody']).replaceAll('\\', '');

  it('shows every metric, in the namespace that the filters write to', () => {
    const text = bodyOf(made.api);
    // The sum is for the alarm; the dashboard has it by endpoint and reason.
    const { refusals: _, passOnFailed: __, ...shown } = auditMetrics;
    for (const metric of Object.keys(shown)) expect(text).toContain(metric);
    const namespaces = ofType(made.api, 'AWS::Logs::MetricFilter').map(
      ([, { Properties }]) => Properties['MetricTransformations'][0].MetricNamespace,
    );
    expect(new Set(namespaces)).toEqual(new Set(['Pixy/Pixy-dev-Api-Auth']));
    expect(text).toContain(
      'SEARCH(\'{"Pixy/Pixy-dev-Api-Auth",verdict,endpoint,reason} MetricName="notAllowed" verdict="refused"\'',
    );
  });

  it('asks what the reports ask: who signs in and how, what is refused and why, replays, latency, errors', () => {
    const titles = [...bodyOf(made.api).matchAll(/"title":"([^"]*)"/g)].map(([, title]) => title);
    expect(titles).toEqual([
      'Alarms',
      'Sign-ins: codes issued',
      'Adoption: codes issued, by method',
      'Refused, by endpoint and reason',
      'Let through by report mode, by reason',
      'Spent codes and replayed refresh tokens',
      'Tokens, by grant',
      'Latency of the API in milliseconds',
      'Slowest hundredth of the functions of a sign-in, in milliseconds',
      'Errors of the API',
      'Failed, by endpoint and reason',
      'Throttled calls, by table',
      'KMS failures',
      'Rotation of the signing keys',
      'Changed ways to sign in',
    ]);
  });

  it('has the state of every alarm, also of those of the mail function', () => {
    const template = templateWith(whole);
    const ids = ofType(template, 'AWS::CloudWatch::Alarm').map(([id]) => id);
    for (const id of ids) expect(bodyOf(template)).toContain(`"Fn::GetAtt":["${id}","Arn"]`);
  });

  it('can be left out, and the alarms stay', () => {
    const stack = new Stack(testApp(), 'Mine');
    const alarmTopic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:alarms');
    new AuthorizationServer(stack, 'Auth', { stage: 'dev', dashboard: false, alarmTopic });
    const template = Template.fromStack(stack).toJSON() as TemplateJson;
    expect(ofType(template, 'AWS::CloudWatch::Dashboard')).toEqual([]);
    expect(namesOf(template)).toEqual(alwaysThere);
  });
});
