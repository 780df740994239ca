import { Annotations, type CfnResource, Duration, Lazy, Stack, TagManager, TagType } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Function as Handler } from 'aws-cdk-lib/aws-lambda';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { type LogSettings, makeLogGroup } from '../logs.ts';

export interface KeyRotationProps extends LogSettings {
  /** The rotate-keys function. It only does what is due, so running it twice is harmless. */
  readonly handler: Handler;
  /** What must exist before the first run. */
  readonly after: readonly Construct[];
}

/**
 * Rotates the signing keys once a day, and in every deployment that changed the function. So the first deployment makes the first
 * key, or fails rather than leave a server that cannot sign.
 */
export class KeyRotation extends Construct {
  /** Depend on this to start after a key exists. */
  readonly firstKey: IDependable;

  constructor(scope: Construct, id: string, props: KeyRotationProps) {
    super(scope, id);
    new Rule(this, 'Daily', {
      description: 'Rotates the signing keys of the authorization server when it is time',
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(props.handler, { event: RuleTargetInput.fromObject({}) })],
    });
    const trigger = new Trigger(this, 'AtDeployment', { handler: props.handler, executeAfter: [...props.after] });
    trimTriggerProvider(trigger, props);
    Annotations.of(props.handler).acknowledgeWarning(
      '@aws-cdk/aws-lambda:addPermissionsToVersionOrAlias',
      'The schedule calls the function, the trigger calls a version and is allowed to by its own role.',
    );
    this.firstKey = trigger;
  }
}

/**
 * Restricts the Lambda behind `Trigger`, which the CDK makes once per stack. By default it may write any log group of the account
 * and leaves its own behind for ever; here it is treated like our functions.
 */
export function trimTriggerProvider(trigger: Trigger, props: LogSettings): void {
  const provider = Stack.of(trigger).node.findChild('AWSCDK.TriggerCustomResourceProviderCustomResourceProvider');
  if (provider.node.tryFindChild('Logs')) return;
  const logs = makeLogGroup(provider as Construct, 'Logs', props);
  const handler = provider.node.findChild('Handler') as CfnResource;
  handler.addPropertyOverride('LoggingConfig', { LogGroup: logs.logGroupName });
  handler.addPropertyOverride('Architectures', ['arm64']);
  handler.addPropertyOverride('Runtime', 'nodejs24.x');
  // `Role.customizeRoles` has the CDK make no role here: then its rights are those of one that exists.
  const role = provider.node.tryFindChild('Role') as CfnResource | undefined;
  passTagsOn(provider, role ? [handler, role] : [handler]);
  role?.addPropertyDeletionOverride('ManagedPolicyArns');
  role?.addPropertyOverride('Policies.1', {
    PolicyName: 'Logs',
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs.logGroupArn },
      ],
    },
  });
}

/**
 * Lets `Tags.of(…)` reach resources that the CDK makes without their types: some organizations refuse roles and functions without their
 * tags.
 */
function passTagsOn(provider: IConstruct, resources: readonly CfnResource[]): void {
  const tags = new TagManager(TagType.STANDARD, 'AWS::Lambda::Function');
  Object.assign(provider, { tags });
  const rendered = Lazy.any(
    {
      produce: () => Object.entries(tags.tagValues()).map(([Key, Value]) => ({ Key, Value })),
    },
    { omitEmptyArray: true },
  );
  for (const resource of resources) resource.addPropertyOverride('Tags', rendered);
}
