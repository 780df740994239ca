import { Command } from 'commander';
import type { Context } from '../context.ts';
import { importCommand } from '../import/import-command.ts';
import { addCommand } from './clients/add.ts';
import { checkCommand } from './clients/check.ts';
import { disableCommand, enableCommand } from './clients/disable.ts';
import { exportCommand } from './clients/export.ts';
import { inspectCommand } from './clients/inspect.ts';
import { listCommand } from './clients/list.ts';
import { removeCommand } from './clients/remove.ts';
import { setCommand } from './clients/set.ts';
import { showCommand } from './clients/show.ts';

const commands: readonly ((context: Context) => Command)[] = [
  addCommand,
  listCommand,
  showCommand,
  inspectCommand,
  checkCommand,
  setCommand,
  disableCommand,
  enableCommand,
  removeCommand,
  importCommand,
  exportCommand,
];

export function clientsCommand(context: Context): Command {
  const group = new Command('clients').description('Manages registered clients and their PKCE policies.');
  for (const command of commands) group.addCommand(command(context));
  return group;
}
