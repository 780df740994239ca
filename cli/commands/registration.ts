import { Command } from 'commander';
import type { Context } from '../context.ts';
import { listCommand } from './registration/list.ts';
import { revokeCommand } from './registration/revoke.ts';
import { tokenCommand } from './registration/token.ts';

export function registrationCommand(context: Context): Command {
  const group = new Command('registration').description(
    'Manages the tokens with which clients may register themselves.',
  );
  for (const command of [tokenCommand, listCommand, revokeCommand]) group.addCommand(command(context));
  return group;
}
