import { Command } from 'commander';
import { tokenRevocation } from 'openid-client';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { examples, jsonOption } from '../options.ts';
import { issuerOption } from './issuer-option.ts';
import { findLogin, keepLogin } from './login-file.ts';
import { inWords, openClient } from './open-client.ts';

export const logoutCommand = (context: Context): Command =>
  examples(
    jsonOption(new Command('logout'))
      .description('Forgets the tokens of your login, and has the server end what it gave.')
      .option('--issuer <url>', 'the issuer of the server, if you are logged in at several', issuerOption)
      .action(({ issuer }: { issuer?: string }) => logout(context, issuer)),
    'pixy logout',
  );

async function logout({ io, print }: Context, asked: string | undefined): Promise<void> {
  const { issuer, login } = findLogin(io, asked);
  // Forgotten first: whatever the server says, the tokens are gone from here.
  keepLogin(io, issuer, undefined);
  try {
    const config = await openClient(issuer, login.client_id);
    await inWords(issuer, () => tokenRevocation(config, login.refresh_token ?? login.access_token));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`The tokens are gone from this machine, but the server may still take them: ${error.message}`);
  }
  print({ json: { issuer }, text: `Logged out at ${issuer}.\n` });
}
