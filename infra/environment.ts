import type { Duration } from 'aws-cdk-lib';
import { type EnvironmentName, readConfig } from '../shared/config.ts';
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
}

const variableOf = {
  codeLifetime: 'PIXY_CODE_LIFETIME',
  accessTokenLifetime: 'PIXY_ACCESS_TOKEN_LIFETIME',
  idTokenLifetime: 'PIXY_ID_TOKEN_LIFETIME',
  sessionLifetime: 'PIXY_SESSION_LIFETIME',
} as const satisfies Record<keyof Lifetimes, EnvironmentName>;

const names = Object.keys(variableOf) as (keyof Lifetimes)[];

/** The lifetimes as environment variables, in seconds. Refuses at synthesis what the functions would refuse at their first start. */
export function lifetimeVariables(lifetimes: Lifetimes): PixyEnvironment {
  const variables: PixyEnvironment = {};
  for (const name of names) {
    const lifetime = lifetimes[name];
    if (lifetime === undefined) continue;
    const milliseconds = lifetime.toMilliseconds();
    const value = String(milliseconds / 1_000);
    const problem = problemOf({ [variableOf[name]]: value });
    if (problem) throw new WrongSetting(`${name} cannot be ${value} seconds: ${problem}.`);
    variables[variableOf[name]] = value;
  }
  return variables;
}

/** What the functions' own check of their environment says about some variables, the others being right. */
function problemOf(variables: PixyEnvironment): string | undefined {
  const usable: PixyEnvironment = {
    PIXY_ISSUER: 'https://sign-in.example.com',
    PIXY_GRANTS_TABLE: 'grants',
    PIXY_CLIENTS_TABLE: 'clients',
    PIXY_PEOPLE_TABLE: 'people',
    PIXY_KEYS_TABLE: 'keys',
  };
  try {
    readConfig({ ...usable, ...variables });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
