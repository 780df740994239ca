import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type AuditMetricName, type AuditWriter, auditMetrics } from '../audit-metrics.ts';
import type { ServerTables } from '../permissions/server-tables.ts';
import { type AlarmName, period, replicationLatency } from './alarms.ts';

export type Shown = {
  /** Of the metrics of the audit log. */
  namespace: string;
  /** The sum of one of them. */
  audit: (name: AuditMetricName) => Metric;
  api: HttpApi;
  tables: ServerTables;
  endpoints: Readonly<Partial<Record<AuditWriter, IFunction>>>;
  rotateKeys: IFunction | undefined;
  alarms: ReadonlyMap<AlarmName, Alarm>;
  otherAlarms: readonly Alarm[];
  /** The other regions of the server, by letter. */
  others: readonly [letter: string, region: string][] | undefined;
};

/** Answers the questions of the reports as they change: who signs in and how, what is refused and why, what is slow or broken. */
export function makeDashboard(scope: Construct, shown: Shown): Dashboard {
  const { audit, api, alarms, otherAlarms } = shown;
  const lines = (name: AuditMetricName, only = '') => byDimensions(name, shown.namespace, only);
  return new Dashboard(scope, 'Dashboard', {
    defaultInterval: Duration.days(7),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', width: 24, height: 3, alarms: [...alarms.values(), ...otherAlarms] })],
      [
        graph('Sign-ins: codes issued', [sumOf(lines('issued'), 'codes')]),
        graph('Adoption: codes issued, by method', [lines('issued')], { stacked: true }),
      ],
      [
        graph('Refused, by endpoint and reason', [lines('notAllowed', 'verdict="refused"')]),
        graph('Let through by report mode, by reason', [lines('wouldRefuse')]),
      ],
      [
        graph('Spent codes and replayed refresh tokens', [audit('codeSpent'), audit('refreshTokenReplayed')], {
          alarm: alarms.get('SpentCodes'),
        }),
        graph('Tokens, by grant', [lines('tokens')]),
      ],
      [
        graph('Latency of the API in milliseconds', [latency(api, 50), latency(api, 99)], {
          alarm: alarms.get('SlowAnswers'),
        }),
        graph('Slowest hundredth of the functions of a sign-in, in milliseconds', slowest(shown.endpoints)),
      ],
      [
        graph('Errors of the API', [
          api.metricServerError({ period, statistic: Stats.SUM, label: '5xx' }),
          api.metricClientError({ period, statistic: Stats.SUM, label: '4xx' }),
        ]),
        graph('Failed, by endpoint and reason', [lines('notAllowed', 'verdict="failed"')]),
      ],
      [
        graph('Throttled calls, by table', throttled(shown.tables)),
        graph('KMS failures', [audit('kmsFailed')], { alarm: alarms.get('KmsFailures') }),
      ],
      [
        ...(shown.rotateKeys
          ? [
              graph('Rotation of the signing keys', [
                daily(shown.rotateKeys, 'Invocations', 'runs'),
                daily(shown.rotateKeys, 'Errors', 'failed attempts'),
              ]),
            ]
          : []),
        graph('Changed ways to sign in', [lines('credentialChanged')]),
      ],
      ...(shown.others
        ? [
            [
              graph(
                'Milliseconds until another region has a write',
                shown.others.map(([, region]) => replicationLatency(shown.tables, region)),
              ),
              graph('Requests that could not be passed on', [audit('passOnFailed')], {
                alarm: alarms.get('PassOnFailed'),
              }),
            ],
          ]
        : []),
    ],
  });
}

function graph(
  title: string,
  left: IMetric[],
  { stacked = false, alarm }: { stacked?: boolean; alarm?: Alarm | undefined } = {},
) {
  return new GraphWidget({
    title,
    left,
    stacked,
    ...(alarm && { leftAnnotations: [alarm.toAnnotation()] }),
    leftYAxis: { min: 0, showUnits: false },
    width: 12,
    height: 6,
  });
}

/** Returns one line per combination of dimensions that has values; `only` names the value of one. */
function byDimensions(metricName: AuditMetricName, namespace: string, only: string): MathExpression {
  const schema = [`"${namespace}"`, ...Object.keys(auditMetrics[metricName].dimensions ?? {})].join(',');
  return new MathExpression({
    expression: `SEARCH('{${schema}} MetricName="${metricName}"${only && ` ${only}`}', 'Sum', ${period.toSeconds()})`,
    period,
    label: '',
  });
}

const sumOf = ({ expression }: MathExpression, label: string): MathExpression =>
  new MathExpression({ expression: `SUM(${expression})`, period, label });

const latency = (api: HttpApi, percentile: number): Metric =>
  api.metricLatency({ period, statistic: Stats.p(percentile), label: `p${percentile}` });

const slowest = (endpoints: Shown['endpoints']): Metric[] =>
  (['authorize', 'sign-in', 'token'] as const).flatMap((name) => {
    const handler = endpoints[name];
    return handler ? [handler.metricDuration({ period, statistic: Stats.p(99), label: name })] : [];
  });

const throttled = ({ grants, clients, people, keys }: ServerTables): Metric[] =>
  Object.entries({ grants, clients, people, keys }).flatMap(([name, { tableName }]) =>
    ['Read', 'Write'].map(
      (kind) =>
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName: `${kind}ThrottleEvents`,
          dimensionsMap: { TableName: tableName },
          statistic: Stats.SUM,
          period,
          label: `${name}, ${kind.toLowerCase()}s`,
        }),
    ),
  );

const daily = (handler: IFunction, metricName: string, label: string): Metric =>
  handler.metric(metricName, { statistic: Stats.SUM, period: Duration.days(1), label });
