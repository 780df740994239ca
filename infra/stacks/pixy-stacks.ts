import type { App } from 'aws-cdk-lib';
import { readContext } from '../context.ts';
import { ApiStack } from './api-stack.ts';
import { TablesStack } from './tables-stack.ts';

/** Creates the stacks of the stage that the app's context selects. */
export function pixyStacks(app: App): { tables: TablesStack; api: ApiStack } {
  const context = readContext(app.node);
  const { stage } = context;
  const tables = new TablesStack(app, `Pixy-${stage}-Tables`, { stage });
  const api = new ApiStack(app, `Pixy-${stage}-Api`, { ...context, tables: tables.tables });
  return { tables, api };
}
