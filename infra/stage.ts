import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { WrongSetting } from './wrong-setting.ts';

export type StageSettings = {
  /** What happens to the tables with their stack. DynamoDB protects those of a protected stage, so not even a roll-back could delete them. */
  removalPolicy: RemovalPolicy;
  /** The same for the key and the logs: what a first deployment made goes again when that deployment fails. */
  keyAndLogRemovalPolicy: RemovalPolicy;
  /** Deletion protection and point-in-time recovery of the tables, termination protection of the stacks. */
  protect: boolean;
  logRetention: RetentionDays;
};

/**
 * What the name of a stage and its protection make of it. With protection it keeps its data whatever happens to its stacks, and logs for
 * a year; otherwise it disappears with its stacks and keeps logs for a week. Only the stage `dev` has none unless it asks for it. Throws
 * {@link WrongSetting} for a name that cannot be part of the names of stacks and parameters.
 */
export function stageSettings({ stage, protection }: { stage?: string; protection?: boolean }): StageSettings {
  if (stage !== undefined && !/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?$/.test(stage)) {
    throw new WrongSetting(
      `stage must be a name of up to 40 letters, digits and hyphens such as staging, but is "${stage}".`,
    );
  }
  return (protection ?? stage !== 'dev') ? protectedStage : passingStage;
}

const protectedStage: StageSettings = {
  removalPolicy: RemovalPolicy.RETAIN,
  keyAndLogRemovalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  protect: true,
  logRetention: RetentionDays.ONE_YEAR,
};

const passingStage: StageSettings = {
  removalPolicy: RemovalPolicy.DESTROY,
  keyAndLogRemovalPolicy: RemovalPolicy.DESTROY,
  protect: false,
  logRetention: RetentionDays.ONE_WEEK,
};
