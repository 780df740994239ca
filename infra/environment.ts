import type { Duration } from 'aws-cdk-lib';
import type { EnvironmentName } from '../shared/config.ts';
import { WrongSetting } from './wrong-setting.ts';

/** Environment variables of a function. A name that shared/config.ts does not read is a compile error. */
export type PixyEnvironment = Partial<Record<EnvironmentName, string>>;

export interface Lifetimes {
  /**
   * How long an authorization code can be redeemed: 1 second to 10 minutes.
   *
   * @default Duration.seconds(60)
   */
  readonly codeLifetime?: Duration;
  /**
   * How long an access token is valid: 1 minute to 1 day.
   *
   * @default Duration.hours(1)
   */
  readonly accessTokenLifetime?: Duration;
  /**
   * How long an ID token is valid: 1 minute to 1 day.
   *
   * @default Duration.hours(1)
   */
  readonly idTokenLifetime?: Duration;
  /**
   * How long a browser stays signed in: 1 minute to 30 days.
   *
   * @default Duration.hours(8)
   */
  readonly sessionLifetime?: Duration;
  /**
   * How long an idle browser stays signed in: 1 minute to 30 days.
   *
   * @default Duration.hours(2)
   */
  readonly sessionIdleLifetime?: Duration;
  /**
   * How long a person who asks for it stays signed in: 1 minute to 1 year.
   *
   * @default Duration.days(30)
   */
  readonly keptSessionLifetime?: Duration;
  /**
   * How long such a person stays signed in with an idle browser: 1 minute to 1 year.
   *
   * @default Duration.days(14)
   */
  readonly keptSessionIdleLifetime?: Duration;
  /**
   * How long an unused refresh token is valid: 1 minute to 1 year.
   *
   * @default Duration.days(14)
   */
  readonly refreshTokenIdleLifetime?: Duration;
  /**
   * How long tokens can be refreshed before people must sign in again: 1 minute to 2 years.
   *
   * @default Duration.days(90)
   */
  readonly refreshTokenLifetime?: Duration;
  /**
   * How long a refresh token still works after its successor was first used: 0 seconds to 1 hour. Until then it always works.
   *
   * @default Duration.seconds(30)
   */
  readonly refreshTokenGrace?: Duration;
}

/** The limits of shared/config.ts, in seconds. Synthesis refuses a lifetime outside them, before a function fails to start with it. */
export const lifetimeLimits = {
  codeLifetime: { variable: 'PIXY_CODE_LIFETIME', minimum: 1, maximum: 600 },
  accessTokenLifetime: { variable: 'PIXY_ACCESS_TOKEN_LIFETIME', minimum: 60, maximum: 86_400 },
  idTokenLifetime: { variable: 'PIXY_ID_TOKEN_LIFETIME', minimum: 60, maximum: 86_400 },
  sessionLifetime: { variable: 'PIXY_SESSION_LIFETIME', minimum: 60, maximum: 2_592_000 },
  sessionIdleLifetime: { variable: 'PIXY_SESSION_IDLE_LIFETIME', minimum: 60, maximum: 2_592_000 },
  keptSessionLifetime: { variable: 'PIXY_KEPT_SESSION_LIFETIME', minimum: 60, maximum: 31_536_000 },
  keptSessionIdleLifetime: { variable: 'PIXY_KEPT_SESSION_IDLE_LIFETIME', minimum: 60, maximum: 31_536_000 },
  refreshTokenIdleLifetime: { variable: 'PIXY_REFRESH_IDLE_LIFETIME', minimum: 60, maximum: 31_536_000 },
  refreshTokenLifetime: { variable: 'PIXY_REFRESH_LIFETIME', minimum: 60, maximum: 63_072_000 },
  refreshTokenGrace: { variable: 'PIXY_REFRESH_GRACE', minimum: 0, maximum: 3_600 },
} as const satisfies Record<keyof Lifetimes, { variable: EnvironmentName; minimum: number; maximum: number }>;

const names = Object.keys(lifetimeLimits) as (keyof Lifetimes)[];

/** Returns the given lifetimes as environment variables in seconds. */
export function lifetimeVariables(lifetimes: Lifetimes): PixyEnvironment {
  const variables: PixyEnvironment = {};
  for (const name of names) {
    const lifetime = lifetimes[name];
    if (lifetime === undefined) continue;
    const { variable, minimum, maximum } = lifetimeLimits[name];
    const seconds = lifetime.toMilliseconds() / 1_000;
    if (!Number.isInteger(seconds) || seconds < minimum || seconds > maximum) {
      throw new WrongSetting(
        `${name} must be a whole number of seconds from ${minimum} to ${maximum}, but is ${seconds} seconds.`,
      );
    }
    variables[variable] = String(seconds);
  }
  return variables;
}
