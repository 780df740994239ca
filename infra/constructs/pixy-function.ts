import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Function as Lambda,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { CheckTokenVariable } from '../../functions/check-token/settings.ts';
import type { MailVariable } from '../../functions/mail/settings.ts';
import type { DeclaredApiVariable } from '../../functions/register-api/declared-api.ts';
import { functionCode } from '../bundling/bundle-functions.ts';
import { checkEnvironment } from '../check-environment.ts';
import type { PixyEnvironment } from '../environment.ts';
import type { PixyFunctionName } from '../functions.ts';
import { type LogSettings, makeLogGroup } from '../logs.ts';
import type { OptionalFunctionName } from '../routes.ts';

export interface PixyFunctionProps extends LogSettings {
  /**
   * What the function is called in Lambda.
   *
   * @default - CloudFormation makes a name
   */
  readonly functionName?: string | undefined;
  /** The folder below functions/. */
  readonly name:
    | PixyFunctionName
    | OptionalFunctionName
    | 'check-token'
    | 'mail'
    | 'remove-accounts'
    | 'register-api'
    | 'roll-up';
  readonly description: string;
  readonly environment: PixyEnvironment &
    Partial<Record<CheckTokenVariable | DeclaredApiVariable | MailVariable, string>>;
  /**
   * Megabytes. CPU grows with memory.
   *
   * @default 512
   */
  readonly memorySize?: number;
  /**
   * The longest a call may take, in seconds. The store itself gives up after 6 seconds.
   *
   * @default 10
   */
  readonly timeout?: number;
  /** Instances at the same time. */
  readonly reservedConcurrentExecutions?: number | undefined;
  /** Where events go that failed in every attempt. */
  readonly deadLetterQueue?: IQueue;
}

/** A bundled function of functions/ with its own role and log group. It may only write its logs until it is granted more. */
export class PixyFunction extends Lambda {
  readonly #name: string;
  #told: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: PixyFunctionProps) {
    const logGroup = makeLogGroup(scope, `${id}Logs`, props);
    // Replaces AWSLambdaBasicExecutionRole, which may create and write any log group of the account. Without logs:CreateLogGroup,
    // a last line after `cdk destroy` cannot bring the group back.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);

    const { environment } = props;
    checkEnvironment(scope, props.name, environment);

    super(scope, id, {
      functionName: props.functionName,
      description: props.description,
      code: functionCode(props.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize ?? 512,
      timeout: Duration.seconds(props.timeout ?? 10),
      environment,
      role,
      deadLetterQueue: props.deadLetterQueue,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      logGroup,
      // The functions write JSON lines to standard output, which Lambda leaves as they are. Lambda's own three lines per call
      // would cost as much as ours, so it only logs failed calls.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
    });
    this.#name = props.name;
    this.#told = environment;
  }

  /** Adds to the environment what is known only after the function. */
  tell(more: PixyEnvironment): void {
    this.#told = { ...this.#told, ...more };
    checkEnvironment(this, this.#name, this.#told);
    for (const [name, value] of Object.entries(more)) this.addEnvironment(name, value);
  }
}
