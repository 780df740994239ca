import { type App, type Stack, Tags } from 'aws-cdk-lib';
import * as v from 'valibot';
import packageJson from '../../package.json' with { type: 'json' };
import type { AuthorizationServerProps } from '../authorization-server-props.ts';
import { checkProps, isOn } from '../check-props.ts';
import { readContext } from '../context.ts';
import { ApiStack } from './api-stack.ts';
import { TablesStack } from './tables-stack.ts';

export interface PixyStacksProps {
  /**
   * Settings that only code can give, such as hooks, for the stack that has the server. They go before those of the file and of the command
   * line.
   *
   * @default - none
   */
  readonly server?: (stack: Stack) => AuthorizationServerProps;
  /**
   * Makes a wrapping key of which other regions can have replicas, for a server that is going to have several regions, or had them
   * (docs/deploy.md). Not to be changed for a key that is there.
   *
   * @default false
   */
  readonly multiRegionKey?: boolean;
}

const pixyStacksProps = { server: v.function('must be a function that returns settings'), multiRegionKey: isOn };

/**
 * Creates the two stacks of a stage: one for the data and one for everything else. Which stage it is and its settings are in `pixy.json`
 * in the folder of the app (docs/deploy.md), or given by `cdk deploy -c`. Everything in the stacks has a tag with the version of Pixy.
 */
export function pixyStacks(
  app: App,
  { server, multiRegionKey }: PixyStacksProps = {},
): { tables: TablesStack; api: ApiStack } {
  checkProps(app, pixyStacksProps, { server, multiRegionKey });
  const context = readContext(app.node);
  const { stage, protection, tables: existing, ...others } = context;
  const tables = new TablesStack(app, `Pixy-${stage}-Tables`, { stage, protection, existing, multiRegionKey });
  const api = new ApiStack(app, `Pixy-${stage}-Api`, { ...others, stage, protection, tables: tables.tables, server });
  for (const stack of [tables, api]) Tags.of(stack).add('pixy-version', packageJson.version);
  return { tables, api };
}
