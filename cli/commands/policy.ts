import { Command } from 'commander';
import type { Context } from '../context.ts';
import { simulateCommand } from '../report/simulate-command.ts';
import { explainCommand } from './policy/explain.ts';
import { logCommand } from './policy/log.ts';
import { rollbackCommand } from './policy/rollback.ts';
import { setCommand } from './policy/set.ts';
import { showCommand } from './policy/show.ts';

const commands: readonly ((context: Context) => Command)[] = [
  showCommand,
  setCommand,
  explainCommand,
  simulateCommand,
  logCommand,
  rollbackCommand,
];

export function policyCommand(context: Context): Command {
  const group = new Command('policy').description('Manages the global PKCE policy and the log of all changes.');
  for (const command of commands) group.addCommand(command(context));
  return group;
}
