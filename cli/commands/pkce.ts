import { Command } from 'commander';
import type { Context } from '../context.ts';
import { challengeCommand } from './pkce/challenge.ts';
import { doctorCommand } from './pkce/doctor.ts';
import { generateCommand } from './pkce/generate.ts';
import { verifyCommand } from './pkce/verify.ts';

export function pkceCommand(context: Context): Command {
  const group = new Command('pkce').description(
    'Makes and checks code verifiers and code challenges (RFC 7636), without a server.',
  );
  for (const command of [generateCommand, challengeCommand, verifyCommand, doctorCommand]) {
    group.addCommand(command(context));
  }
  return group;
}
