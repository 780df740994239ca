import { Command } from 'commander';
import type { Context } from '../context.ts';
import { grantCommand } from './waiver/grant.ts';
import { listCommand } from './waiver/list.ts';
import { revokeCommand } from './waiver/revoke.ts';

export function waiverCommand(context: Context): Command {
  const group = new Command('waiver').description('Manages temporary exceptions that lift the floors for one client.');
  for (const command of [grantCommand, listCommand, revokeCommand]) group.addCommand(command(context));
  return group;
}
