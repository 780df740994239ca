import { type Duration, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { checkRegion } from './check-region.ts';
import type { PixyFunctionName } from './functions.ts';
import type { OptionalFunctionName } from './routes.ts';
import { WrongSetting } from './wrong-setting.ts';

/** Your own functions to call during a sign-in or before tokens are issued. See docs/hooks.md for their events. */
export interface HooksProps {
  /**
   * Decides whether username and password are right, instead of the passwords stored here.
   *
   * @default - passwords are stored here
   */
  readonly authenticate?: IFunction;
  /**
   * Asked about unknown people at their first sign-in with a password.
   *
   * @default - nobody is asked
   */
  readonly migrateAccount?: IFunction;
  /**
   * Adds claims to ID tokens, access tokens and userinfo.
   *
   * @default - nothing is added, and nothing is called
   */
  readonly claims?: IFunction;
  /**
   * Sends the messages to people, instead of Amazon SES: by mail, SMS or chat.
   *
   * @default - SES, where `mail` is set
   */
  readonly sendMessage?: IFunction;
  /**
   * How long each of them may take: up to 5 seconds. After that, the sign-in or the token request fails.
   *
   * @default Duration.seconds(3)
   */
  readonly timeout?: Duration;
}

/** Which functions call which hooks. */
const askers = {
  authenticate: ['sign-in'],
  migrateAccount: ['sign-in'],
  claims: ['token', 'userinfo', 'authorize-hybrid'],
  sendMessage: ['mail'],
} as const satisfies Record<string, readonly (PixyFunctionName | 'mail')[]>;

const names = Object.keys(askers) as (keyof typeof askers)[];

/** Returns the hooks that a function calls. */
export const hooksAskedBy = (name: PixyFunctionName | OptionalFunctionName, hooks: HooksProps): IFunction[] =>
  names.flatMap((hook) => {
    const asked = hooks[hook];
    return asked && askers[hook].some((asker) => asker === name) ? [asked] : [];
  });

/**
 * Allows calling a hook. A function that was not made in this app has a policy that the app cannot change: whoever has it in another
 * account lets this one call it (docs/hooks.md).
 */
export function grantCallHook(grantee: IGrantable, hook: IFunction): Grant {
  return hook.node.defaultChild === undefined
    ? Grant.addToPrincipal({
        grantee,
        actions: ['lambda:InvokeFunction'],
        resourceArns: [...hook.resourceArnsForGrantInvoke],
      })
    : hook.grantInvoke(grantee);
}

/** Returns the hooks that a function calls, as `PIXY_HOOKS`. */
export function hooksVariable(
  scope: Construct,
  name: PixyFunctionName | OptionalFunctionName | 'mail',
  hooks: HooksProps,
): string {
  const timeout = hooks.timeout?.toMilliseconds();
  if (timeout !== undefined && (timeout < 100 || timeout > 5_000)) {
    throw new WrongSetting(`hooks.timeout must be from 0.1 to 5 seconds, but is ${timeout / 1_000} seconds.`);
  }
  const asked = names.filter((hook) => hooks[hook] && askers[hook].some((asker) => asker === name));
  for (const hook of asked) checkRegion(scope, `hooks.${hook}`, hooks[hook]?.functionArn, hooks[hook]);
  const arns = Object.fromEntries(asked.map((hook) => [hook, hooks[hook]?.functionArn]));
  return Stack.of(scope).toJsonString({ ...arns, ...(timeout !== undefined && { timeout: timeout / 1_000 }) });
}
