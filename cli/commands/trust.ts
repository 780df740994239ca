import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addCommand } from './trust/add.ts';
import { checkCommand } from './trust/check.ts';
import { listCommand } from './trust/list.ts';
import { removeCommand } from './trust/remove.ts';

export function trustCommand(context: Context): Command {
  const group = new Command('trust').description(
    'Manages whose assertions are taken at /token (RFC 7523): workloads such as jobs and pods, and identity providers of enterprises.',
  );
  for (const command of [addCommand, listCommand, checkCommand, removeCommand]) group.addCommand(command(context));
  return group;
}
