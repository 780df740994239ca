import { Arn, ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Grant } from 'aws-cdk-lib/aws-iam';
import {
  ConfigurationSet,
  ConfigurationSetEventDestination,
  EmailSendingEvent,
  EventDestination,
} from 'aws-cdk-lib/aws-ses';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { bareAddress, fromProblem } from '../../shared/mail/address.ts';
import type { PixyEnvironment } from '../environment.ts';
import { mailDescription } from '../functions.ts';
import { grantCallHook, type HooksProps } from '../hooks.ts';
import { isKnownLater } from '../known-later.ts';
import type { LogSettings } from '../logs.ts';
import { uses } from '../permissions/permissions.ts';
import type { ServerTables } from '../permissions/server-tables.ts';
import { WrongSetting } from '../wrong-setting.ts';
import { PixyFunction } from './pixy-function.ts';

/** How mail goes out, through Amazon SES. See docs/mail.md. */
export interface MailProps {
  /** Where mails come from: `no-reply@example.com` or `Example <no-reply@example.com>`. */
  readonly from: string;
  /**
   * The name of a configuration set of SES, which gets one more destination: bounces and complaints.
   *
   * @default - one is made
   */
  readonly configurationSet?: string;
  /**
   * The verified identity of SES that `from` belongs to: a domain or an address.
   *
   * @default - the domain of `from`
   */
  readonly identity?: string;
}

export type MailFunctionProps = {
  /** Absent: a hook sends. */
  mail: MailProps | undefined;
  hooks: HooksProps;
  tables: ServerTables;
  environment: PixyEnvironment & { PIXY_HOOKS?: string };
  alarmTopic?: ITopic | undefined;
  logs: LogSettings;
  functionName?: string | undefined;
  reservedConcurrentExecutions?: number | undefined;
};

/**
 * The mail function: called by Lambda's own queue, up to three times, and what fails then ends in a dead-letter queue whose alarm says
 * so. What SES tells about bounces and complaints comes back to it through a topic.
 */
export class Mail extends Construct {
  readonly handler: PixyFunction;
  readonly deadLetters: Queue;
  readonly deadLettersAlarm: Alarm;

  constructor(scope: Construct, id: string, props: MailFunctionProps) {
    super(scope, id);
    const { mail, hooks, tables, environment, alarmTopic, logs } = props;
    if (mail) checkMail(this, mail);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const configurationSet = mail && this.configurationSet(mail);
    this.handler = new PixyFunction(this, 'Mail', {
      name: 'mail',
      functionName: props.functionName,
      ...mailDescription,
      ...logs,
      environment: {
        ...environment,
        ...(mail && { PIXY_MAIL_FROM: mail.from }),
        ...(configurationSet && { PIXY_MAIL_CONFIGURATION_SET: configurationSet.configurationSetName }),
      },
      deadLetterQueue: this.deadLetters,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
    });
    for (const use of mailDescription.uses) uses[use](tables, this.handler);
    if (hooks.sendMessage) grantCallHook(this.handler, hooks.sendMessage);
    if (mail && configurationSet) {
      this.allowSending(mail, configurationSet.configurationSetName);
      const topic = new Topic(this, 'Feedback', { enforceSSL: true });
      topic.addSubscription(new LambdaSubscription(this.handler));
      new ConfigurationSetEventDestination(this, 'FeedbackDestination', {
        configurationSet,
        destination: EventDestination.snsTopic(topic),
        events: [EmailSendingEvent.BOUNCE, EmailSendingEvent.COMPLAINT],
      });
    }
    this.deadLettersAlarm = this.alarm(alarmTopic);
  }

  private configurationSet({ configurationSet: name }: MailProps) {
    return name === undefined
      ? new ConfigurationSet(this, 'ConfigurationSet')
      : ConfigurationSet.fromConfigurationSetName(this, 'ConfigurationSet', name);
  }

  private allowSending({ from, identity }: MailProps, configurationSet: string): void {
    const address = bareAddress(from);
    const arnOf = (resource: string, resourceName: string) =>
      Arn.format({ service: 'ses', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }, Stack.of(this));
    Grant.addToPrincipal({
      grantee: this.handler,
      actions: ['ses:SendEmail'],
      resourceArns: [
        arnOf('identity', identity ?? address.slice(address.indexOf('@') + 1)),
        arnOf('configuration-set', configurationSet),
      ],
      conditions: { StringEquals: { 'ses:FromAddress': address } },
    });
  }

  private alarm(alarmTopic: ITopic | undefined): Alarm {
    const alarm = new Alarm(this, 'DeadLettersAlarm', {
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'max',
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription:
        'Mails could not be sent in three attempts, even one: somebody waits for each. The audit lines with the reason mail_failed name the cause. Runbook: DeadLettersAlarm in docs/operations.md.',
    });
    if (alarmTopic) alarm.addAlarmAction(new SnsAction(alarmTopic));
    return alarm;
  }
}

/** China, and the regions for secrets of state. What CloudFormation does not know there, it refuses only while it deploys. */
const withoutSes = /^(cn|us-iso[a-z]?|eu-isoe)-/;

function checkMail(scope: Construct, { from, identity, configurationSet }: MailProps): void {
  const { region } = Stack.of(scope);
  if (!isKnownLater(region) && withoutSes.test(region)) {
    throw new WrongSetting(`mail is sent by Amazon SES, which is not in ${region}: use hooks.sendMessage instead.`);
  }
  if (isKnownLater(from)) return;
  const problem = fromProblem(from);
  if (problem !== undefined) throw new WrongSetting(`mail.from ${problem}.`);
  const address = bareAddress(from).toLowerCase();
  const [reserved] = /\.(?:test|invalid|localhost|local)$/.exec(address) ?? [];
  if (reserved !== undefined) {
    throw new WrongSetting(`mail.from is ${address}, and Amazon SES cannot verify a domain in ${reserved}.`);
  }
  const isName = configurationSet === undefined || isKnownLater(configurationSet);
  if (!isName && !/^[\w-]{1,64}$/.test(configurationSet)) {
    throw new WrongSetting(
      `mail.configurationSet must be the name of a configuration set of SES, but is "${configurationSet}".`,
    );
  }
  if (isKnownLater(identity)) return;
  const owner = identity?.toLowerCase() ?? '';
  const isOwn =
    identity === undefined || address === owner || address.endsWith(`@${owner}`) || address.endsWith(`.${owner}`);
  if (!isOwn) throw new WrongSetting(`mail.identity is ${identity}, which ${address} does not belong to.`);
}
