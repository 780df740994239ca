import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AuditMetricName, auditMetrics } from '../audit-metrics.ts';
import type { EndpointFunctionName } from '../routes.ts';

export interface MonitoringProps {
  /** Where the functions write their audit lines. */
  readonly logGroups: Readonly<Record<EndpointFunctionName, ILogGroup>>;
  readonly alarmTopic?: ITopic;
  readonly dashboard: boolean;
}

const period = Duration.minutes(5);

/** More spent codes in five minutes than clients cause by sending a token request twice. */
const spentCodesSpike = 20;

/**
 * Turns the audit lines into metrics (docs/audit.md), with a filter per log group, a dashboard, and an alarm for replayed codes.
 * CloudWatch charges for a metric only in hours in which it has values, so where nothing is refused, nothing is charged.
 */
export class Monitoring extends Construct {
  readonly spentCodesAlarm: Alarm;
  readonly dashboard: Dashboard | undefined;
  readonly #namespace: string;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.#namespace = `Pixy/${scope.node.path.replaceAll('/', '-')}`;
    const names = Object.keys(auditMetrics) as AuditMetricName[];
    for (const metricName of names) this.filterLogs(metricName, props.logGroups);

    const spentCodes = this.metric('codeSpent');
    this.spentCodesAlarm = new Alarm(this, 'SpentCodes', {
      metric: spentCodes,
      threshold: spentCodesSpike,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `Authorization codes are presented again, ${spentCodesSpike} times or more in five minutes: a client in a loop, or somebody who replays codes. The audit lines with the reason code_spent name the clients.`,
    });
    if (props.alarmTopic) this.spentCodesAlarm.addAlarmAction(new SnsAction(props.alarmTopic));
    this.dashboard = props.dashboard ? this.makeDashboard() : undefined;
  }

  private filterLogs(metricName: AuditMetricName, logGroups: MonitoringProps['logGroups']): void {
    const { pattern, dimensions, writtenBy } = auditMetrics[metricName];
    for (const name of writtenBy ?? (Object.keys(logGroups) as EndpointFunctionName[])) {
      new MetricFilter(this, `${metricName}-${name}`, {
        logGroup: logGroups[name],
        filterPattern: FilterPattern.literal(pattern),
        metricNamespace: this.#namespace,
        metricName,
        dimensions: dimensions && { ...dimensions },
      });
    }
  }

  private metric(metricName: AuditMetricName): Metric {
    return new Metric({ namespace: this.#namespace, metricName, statistic: Stats.SUM, period });
  }

  /** Returns one line per combination of dimensions that has values. */
  private byDimensions(metricName: AuditMetricName): MathExpression {
    const schema = [`"${this.#namespace}"`, ...Object.keys(auditMetrics[metricName].dimensions ?? {})].join(',');
    return new MathExpression({
      expression: `SEARCH('{${schema}} MetricName="${metricName}"', 'Sum', ${period.toSeconds()})`,
      period,
      label: '',
    });
  }

  private makeDashboard(): Dashboard {
    const graph = (title: string, left: (Metric | MathExpression)[]) =>
      new GraphWidget({ title, left, width: 12, height: 6, leftYAxis: { min: 0, showUnits: false } });
    const replays = new GraphWidget({
      title: 'Spent codes and replayed refresh tokens',
      left: [this.metric('codeSpent'), this.metric('refreshTokenReplayed')],
      leftAnnotations: [this.spentCodesAlarm.toAnnotation()],
      leftYAxis: { min: 0, showUnits: false },
      width: 12,
      height: 6,
    });
    return new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(7),
      widgets: [
        [graph('Refused, by endpoint and reason', [this.byDimensions('refused')]), replays],
        [
          graph('Let through by report mode, by reason', [this.byDimensions('wouldRefuse')]),
          graph('Failed, by reason', [this.byDimensions('failed')]),
        ],
        [graph('Changed ways to sign in', [this.byDimensions('credentialChanged')])],
      ],
    });
  }
}
