import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/**
 * `dev` disappears with its stacks and keeps logs for a week; `prod` keeps its data whatever happens to its stacks, and logs for
 * a year.
 */
export type Stage = 'dev' | 'prod';

export const stages: readonly Stage[] = ['dev', 'prod'];

export type StageSettings = {
  removalPolicy: RemovalPolicy;
  /** Deletion protection and point-in-time recovery of the tables, termination protection of the stacks. */
  protect: boolean;
  logRetention: RetentionDays;
};

export const stageSettings: Record<Stage, StageSettings> = {
  dev: { removalPolicy: RemovalPolicy.DESTROY, protect: false, logRetention: RetentionDays.ONE_WEEK },
  prod: { removalPolicy: RemovalPolicy.RETAIN, protect: true, logRetention: RetentionDays.ONE_YEAR },
};
