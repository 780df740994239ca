import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { TableName } from '../../shared/aws/tables.ts';
import type { AuditMetricName } from '../audit-metrics.ts';
import type { ServerTables } from '../permissions/server-tables.ts';

export const period = Duration.minutes(5);

/** What the alarms of a server watch. */
export type Watched = {
  api: HttpApi;
  tables: ServerTables;
  /** Runs every day, and whatever else does. */
  daily: { rotateKeys?: IFunction | undefined; removeAccounts?: IFunction | undefined };
  /** The other regions of the server, by letter. */
  others?: readonly [letter: string, region: string][] | undefined;
  /** The sum of a metric of the audit log. */
  audit: (name: AuditMetricName) => Metric;
};

type Definition = {
  metric: IMetric;
  threshold: number;
  /** What it means, why from there on, and where to look. */
  description: string;
  /** How many periods in a row. Default: 1. */
  periods?: number;
  comparison?: ComparisonOperator;
  /** Default: nothing to measure is nothing wrong. */
  missing?: TreatMissingData;
  /** A percentile of a few calls is the slowest of them. */
  ignoresFewCalls?: boolean;
};

export type AlarmName =
  | 'ServerErrors'
  | 'SlowAnswers'
  | 'RefusalsSpike'
  | 'SpentCodes'
  | 'KmsFailures'
  | 'KeyRotationFailed'
  | 'KeyRotationMissed'
  | 'AccountRemovalFailed'
  | 'PassOnFailed'
  | `SlowReplicationTo${string}`
  | `Throttled${Capitalize<TableName>}`;

const tableNames: readonly TableName[] = ['grants', 'clients', 'people', 'keys'];

/** Makes the alarms of a server in `scope`. All of them notify the topic, if there is one; each has a row in docs/operations.md. */
export function makeAlarms(scope: Construct, watched: Watched, topic: ITopic | undefined): Map<AlarmName, Alarm> {
  const alarms = new Map<AlarmName, Alarm>();
  for (const [name, definition] of definitionsOf(watched)) {
    const alarm = new Alarm(scope, name, {
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator: definition.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: definition.periods ?? 1,
      treatMissingData: definition.missing ?? TreatMissingData.NOT_BREACHING,
      ...(definition.ignoresFewCalls && { evaluateLowSampleCountPercentile: 'ignore' }),
      alarmDescription: `${definition.description} Runbook: ${name} in docs/operations.md.`,
    });
    if (topic) alarm.addAlarmAction(new SnsAction(topic));
    alarms.set(name, alarm);
  }
  return alarms;
}

function definitionsOf(watched: Watched): Map<AlarmName, Definition> {
  const { audit, daily, others } = watched;
  return new Map<AlarmName, Definition>([
    ['ServerErrors', serverErrors(watched)],
    ['SlowAnswers', slowAnswers(watched)],
    ['RefusalsSpike', refusalsSpike(watched)],
    ['SpentCodes', spentCodes(audit)],
    ['KmsFailures', kmsFailures(audit)],
    ...tableNames.map((name): [AlarmName, Definition] => [
      `Throttled${capitalized(name)}`,
      throttled(name, watched.tables),
    ]),
    ...(daily.rotateKeys
      ? ([
          ['KeyRotationFailed', rotationFailed(daily.rotateKeys)],
          ['KeyRotationMissed', rotationMissed(daily.rotateKeys)],
        ] as const)
      : []),
    ...(daily.removeAccounts ? [['AccountRemovalFailed', removalFailed(daily.removeAccounts)] as const] : []),
    ...(others ? [['PassOnFailed', passOnFailed(audit)] as const] : []),
    ...(others ?? []).map(([letter, region]): [AlarmName, Definition] => [
      `SlowReplicationTo${letter.toUpperCase()}`,
      slowReplication(watched.tables, letter, region),
    ]),
  ]);
}

const capitalized = <Name extends string>(name: Name): Capitalize<Name> =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}` as Capitalize<Name>;

/** Which part of the requests something happened to, in percent: nothing where it happened less than `atLeast` times. */
const shareOf = (api: HttpApi, happened: IMetric, atLeast: number): MathExpression =>
  new MathExpression({
    expression: `IF(happened >= ${atLeast}, 100 * happened / requests, 0)`,
    usingMetrics: { happened, requests: api.metricCount({ period, statistic: Stats.SUM }) },
    label: 'percent of the requests',
    period,
  });

const serverErrors = ({ api }: Watched): Definition => ({
  metric: shareOf(api, api.metricServerError({ period, statistic: Stats.SUM }), 5),
  threshold: 1,
  description:
    'One request in a hundred or more, and at least five in five minutes, got a 5xx. Clients repeat what got a 503. One in a hundred is ten times what the service levels of AWS allow for, so fewer are no news.',
});

const slowAnswers = ({ api }: Watched): Definition => ({
  metric: api.metricLatency({ period, statistic: Stats.p(99) }),
  threshold: 3_000,
  periods: 3,
  ignoresFewCalls: true,
  description:
    'One request in a hundred took longer than 3 seconds, for a quarter of an hour. A cold start with a password check takes less; database calls are given up after 6 seconds, and people leave before.',
});

const refusalsSpike = ({ api, audit }: Watched): Definition => ({
  metric: shareOf(api, audit('refusals'), 50),
  threshold: 20,
  periods: 2,
  description:
    'A fifth of all requests was refused where people sign in and clients get tokens, and at least 50 in five minutes, twice in a row. Mistyped passwords and expired links are a few percent; a fifth is a client or a policy that was just changed, or somebody who guesses.',
});

/** More spent codes in five minutes than clients cause by sending a token request twice. */
const spentCodesSpike = 20;

const spentCodes = (audit: Watched['audit']): Definition => ({
  metric: audit('codeSpent'),
  threshold: spentCodesSpike,
  description: `Authorization codes are presented again, ${spentCodesSpike} times or more in five minutes: a client in a loop, or somebody who replays codes. Clients that send a token request twice cause a few. The audit lines with the reason code_spent name the clients.`,
});

const kmsFailures = (audit: Watched['audit']): Definition => ({
  metric: audit('kmsFailed'),
  threshold: 3,
  description:
    'KMS refused or did not answer three times in five minutes, and people could not sign in. Each call is tried again before it counts, so three are no accident: a key that is disabled or deleted, a permission that is gone, or a quota.',
});

const throttled = (name: TableName, tables: ServerTables): Definition => {
  const { tableName } = tables[name];
  const events = (metricName: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: tableName },
      statistic: Stats.SUM,
      period,
    });
  return {
    metric: new MathExpression({
      expression: 'FILL(reads, 0) + FILL(writes, 0)',
      usingMetrics: { reads: events('ReadThrottleEvents'), writes: events('WriteThrottleEvents') },
      label: `throttled calls of ${name}`,
      period,
    }),
    threshold: 10,
    description: `DynamoDB throttled ${name} ten times in five minutes. It does so while a table adapts to a sudden load, and calls are repeated; ten mean one hot item or a limit of the account.`,
  };
};

/** Emitted when Lambda gives up an event after its last attempt. */
const givenUp = (handler: IFunction): Metric =>
  handler.metric('AsyncEventsDropped', { statistic: Stats.SUM, period: Duration.days(1) });

const rotationFailed = (handler: IFunction): Definition => ({
  metric: givenUp(handler),
  threshold: 1,
  description:
    'The daily rotation of the signing keys failed in all three attempts. Keys are made more than a day before they sign, so one failure harms nobody yet; if it lasts, old keys go on signing.',
});

const rotationMissed = (handler: IFunction): Definition => ({
  metric: handler.metricInvocations({ statistic: Stats.SUM, period: Duration.hours(6) }),
  threshold: 1,
  comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
  periods: 8,
  missing: TreatMissingData.BREACHING,
  description:
    'The rotation of the signing keys has not run for two days, although it runs every day: its schedule is off. Two days, because the time of day may move with a deployment.',
});

const removalFailed = (handler: IFunction): Definition => ({
  metric: givenUp(handler),
  threshold: 1,
  description:
    'The daily removal of deleted accounts failed in all three attempts. It goes on where it stopped the day before; people were promised that their accounts are gone by then.',
});

const passOnFailed = (audit: Watched['audit']): Definition => ({
  metric: audit('passOnFailed'),
  threshold: 5,
  description:
    'Requests for what another region issued could not be handed over to it, five times in five minutes. Clients got a 503 and try again; nothing was spent. One may be a function that was just replaced. Five mean that the region does not answer, or a permission is gone.',
});

/** Tables that every region has a copy of. */
const copiedTables = ['clients', 'people', 'keys'] as const;

/** Milliseconds until another region has what was written in this one: of the table for which it takes longest. */
export function replicationLatency(tables: ServerTables, region: string): MathExpression {
  const latency = (name: TableName) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName: 'ReplicationLatency',
      dimensionsMap: { TableName: tables[name].tableName, ReceivingRegion: region },
      statistic: Stats.AVERAGE,
      period,
    });
  return new MathExpression({
    expression: `MAX([${copiedTables.map((name) => `FILL(${name}, 0)`).join(', ')}])`,
    usingMetrics: Object.fromEntries(copiedTables.map((name) => [name, latency(name)])),
    label: region,
    period,
  });
}

const slowReplication = (tables: ServerTables, letter: string, region: string): Definition => ({
  metric: replicationLatency(tables, region),
  threshold: 10_000,
  periods: 3,
  description: `Writes of this region reached region ${letter} (${region}) after ten seconds or more, for a quarter of an hour. A second is usual. Until they arrive, sessions, sign-outs, changed clients and new keys are unknown there.`,
});
