import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addCommand } from './authorization-details/add.ts';
import { listCommand } from './authorization-details/list.ts';
import { removeCommand } from './authorization-details/remove.ts';
import { setCommand } from './authorization-details/set.ts';
import { showCommand } from './authorization-details/show.ts';

export function authorizationDetailsCommand(context: Context): Command {
  const group = new Command('authorization-details').description(
    'Manages the types of authorization details (RFC 9396): what clients may ask for in objects, such as one payment.',
  );
  for (const command of [addCommand, listCommand, showCommand, setCommand, removeCommand]) {
    group.addCommand(command(context));
  }
  return group;
}
