import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Alarm, type Dashboard, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IDependable } from 'constructs';
import { type AuditMetricName, type AuditWriter, auditMetrics } from '../audit-metrics.ts';
import { checkRegion } from '../check-region.ts';
import { type HomeProps, otherHomes } from '../home.ts';
import type { ServerTables } from '../permissions/server-tables.ts';
import { serverName } from '../server-name.ts';
import { type AlarmName, makeAlarms, period } from './alarms.ts';
import { makeDashboard } from './dashboard.ts';

export interface MonitoringProps {
  readonly api: HttpApi;
  readonly tables: ServerTables;
  /** The functions behind the API that are there. */
  readonly endpoints: Readonly<Partial<Record<AuditWriter, IFunction & { readonly logGroup: ILogGroup }>>>;
  /** Only in the first of several regions. */
  readonly rotateKeys: IFunction | undefined;
  /** The run of it in the deployment. */
  readonly firstRun?: IDependable | undefined;
  /** Where people may delete their accounts. */
  readonly removeAccounts?: IFunction | undefined;
  /** Which of several regions this is. */
  readonly home?: HomeProps | undefined;
  readonly alarmTopic?: ITopic | undefined;
  /** Alarms made elsewhere, which the dashboard shows as well. */
  readonly otherAlarms: readonly Alarm[];
  readonly dashboard: boolean;
}

/**
 * Turns the audit lines into metrics (docs/audit.md), with a filter per log group, a dashboard, and alarms (docs/operations.md).
 * CloudWatch charges for a metric only in hours in which it has values, so where nothing is refused, nothing is charged.
 */
export class Monitoring extends Construct {
  readonly alarms: ReadonlyMap<AlarmName, Alarm>;
  readonly dashboard: Dashboard | undefined;
  readonly #namespace: string;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    checkRegion(this, 'alarmTopic', props.alarmTopic?.topicArn, props.alarmTopic);
    const { api, tables, endpoints, rotateKeys, removeAccounts, home } = props;
    this.#namespace = `Pixy/${serverName(scope)}`;
    for (const name of Object.keys(auditMetrics) as AuditMetricName[]) {
      if (home || !auditMetrics[name].ofRegions) this.filterLogs(name, endpoints);
    }

    const audit = (metricName: AuditMetricName) =>
      new Metric({ namespace: this.#namespace, metricName, statistic: Stats.SUM, period });
    const daily = { rotateKeys, removeAccounts };
    const others = home && otherHomes(home);
    this.alarms = makeAlarms(this, { api, tables, daily, audit, others }, props.alarmTopic);
    // Nothing was measured before, which for this one means that something is wrong.
    if (props.firstRun) this.alarms.get('KeyRotationMissed')?.node.addDependency(props.firstRun);
    this.dashboard = props.dashboard
      ? makeDashboard(this, {
          namespace: this.#namespace,
          audit,
          api,
          tables,
          endpoints,
          rotateKeys,
          alarms: this.alarms,
          otherAlarms: props.otherAlarms,
          others,
        })
      : undefined;
  }

  private filterLogs(metricName: AuditMetricName, endpoints: MonitoringProps['endpoints']): void {
    const { pattern, dimensions, writtenBy } = auditMetrics[metricName];
    for (const name of writtenBy ?? (Object.keys(endpoints) as AuditWriter[])) {
      const logGroup = endpoints[name]?.logGroup;
      if (logGroup === undefined) continue;
      new MetricFilter(this, `${metricName}-${name}`, {
        logGroup,
        filterPattern: FilterPattern.literal(pattern),
        metricNamespace: this.#namespace,
        metricName,
        dimensions: dimensions && { ...dimensions },
      });
    }
  }
}
