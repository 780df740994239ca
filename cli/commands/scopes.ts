import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addCommand } from './scopes/add.ts';
import { listCommand } from './scopes/list.ts';
import { removeCommand } from './scopes/remove.ts';
import { setCommand } from './scopes/set.ts';
import { showCommand } from './scopes/show.ts';

export function scopesCommand(context: Context): Command {
  const group = new Command('scopes').description(
    'Manages your own scope values and the claims that they bring, such as groups or department.',
  );
  for (const command of [addCommand, listCommand, showCommand, setCommand, removeCommand]) {
    group.addCommand(command(context));
  }
  return group;
}
