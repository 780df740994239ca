import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { examples, storeOptions } from '../../options.ts';
import { openRegistrations } from './open-registrations.ts';

export const revokeCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('revoke'))
      .description('Revokes an initial access token at once. The clients that registered with it stay.')
      .argument('<name>')
      .action((name: string) => revoke(context, name)),
    'pixy registration revoke partners --stage prod',
  );

async function revoke(context: Context, name: string): Promise<void> {
  const registrations = await openRegistrations(context);
  if (!(await registrations.removeToken(name))) throw new Failure(`There is no token ${name}.`);
  context.print({ json: { name, revoked: true }, text: `Revoked the token ${name}.\n` });
}
