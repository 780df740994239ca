import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AuthorizationServer } from '../infra/authorization-server.ts';

/** What CloudWatch charges for besides values: counted in a template as it is deployed. */
export type Monitored = {
  alarms: number;
  /** CloudWatch charges for each metric that an alarm reads. */
  alarmMetrics: number;
  dashboards: number;
};

type Alarms = Record<string, { Properties: { Metrics?: { MetricStat?: object }[] } }>;

/** Counts the alarms and dashboards of a server with the default settings. Nothing is bundled. */
export function countMonitoring(): Monitored {
  const outdir = mkdtempSync(join(tmpdir(), 'pixy-cost-'));
  try {
    const app = new App({ analyticsReporting: false, outdir, context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new Stack(app, 'Cost');
    new AuthorizationServer(stack, 'Auth');
    const template = Template.fromStack(stack);
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm') as Alarms);
    return {
      alarms: alarms.length,
      alarmMetrics: alarms.reduce((sum, { Properties: { Metrics } }) => sum + metricsIn(Metrics), 0),
      dashboards: Object.keys(template.findResources('AWS::CloudWatch::Dashboard')).length,
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** An alarm without a list reads one metric; in a list, expressions are free. */
const metricsIn = (metrics: { MetricStat?: object }[] | undefined): number =>
  metrics === undefined ? 1 : metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
