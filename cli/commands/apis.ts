import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addCommand } from './apis/add.ts';
import { checkCommand } from './apis/check.ts';
import { listCommand } from './apis/list.ts';
import { removeCommand } from './apis/remove.ts';
import { setCommand } from './apis/set.ts';
import { showCommand } from './apis/show.ts';

export function apisCommand(context: Context): Command {
  const group = new Command('apis').description(
    'Manages the APIs that access tokens can be issued for (RFC 8707), with their scope values.',
  );
  for (const command of [addCommand, listCommand, showCommand, setCommand, removeCommand, checkCommand]) {
    group.addCommand(command(context));
  }
  return group;
}
