import { Command } from 'commander';
import type { Context } from '../context.ts';
import { listCommand } from './keys/list.ts';
import { retireCommand } from './keys/retire.ts';
import { rotateCommand } from './keys/rotate.ts';

export function keysCommand(context: Context): Command {
  const group = new Command('keys').description('Manages the keys that sign tokens.');
  for (const command of [listCommand, rotateCommand, retireCommand]) group.addCommand(command(context));
  return group;
}
