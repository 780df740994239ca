import type { App } from 'aws-cdk-lib';
import { readContext } from '../context.ts';
import { ApiStack } from './api-stack.ts';
import { TablesStack } from './tables-stack.ts';

/** The stacks of one stage, as the context of the app asks for them. */
export function pixyStacks(app: App): { tables: TablesStack; api: ApiStack } {
  const { stage, domain } = readContext(app.node);
  const tables = new TablesStack(app, `Pixy-${stage}-Tables`, { stage });
  const api = new ApiStack(app, `Pixy-${stage}-Api`, { stage, tables: tables.tables, domain });
  return { tables, api };
}
