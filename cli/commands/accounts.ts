import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addCommand } from './accounts/add.ts';
import { disableCommand, enableCommand } from './accounts/disable.ts';
import { exportCommand } from './accounts/export.ts';
import { importCommand } from './accounts/import.ts';
import { inviteCommand } from './accounts/invite.ts';
import { listCommand } from './accounts/list.ts';
import { removeCommand } from './accounts/remove.ts';
import { revokeSessionsCommand, sessionsCommand } from './accounts/sessions.ts';
import { setCommand } from './accounts/set.ts';
import { setPasswordCommand } from './accounts/set-password.ts';
import { showCommand } from './accounts/show.ts';

const commands: readonly ((context: Context) => Command)[] = [
  addCommand,
  listCommand,
  showCommand,
  setCommand,
  inviteCommand,
  setPasswordCommand,
  disableCommand,
  enableCommand,
  removeCommand,
  sessionsCommand,
  revokeSessionsCommand,
  importCommand,
  exportCommand,
];

export function accountsCommand(context: Context): Command {
  const group = new Command('accounts').description('Manages the accounts of the people who can sign in.');
  for (const command of commands) group.addCommand(command(context));
  return group;
}
