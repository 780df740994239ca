import { Command } from 'commander';
import type { Context } from '../context.ts';
import { examples, jsonOption } from '../options.ts';
import { freshLogin } from './fresh-login.ts';
import { issuerOption } from './issuer-option.ts';
import { findLogin } from './login-file.ts';

export const tokenCommand = (context: Context): Command =>
  examples(
    jsonOption(new Command('token'))
      .description('Prints an access token of your login, refreshed when it is about to expire.')
      .option('--issuer <url>', 'the issuer of the server, if you are logged in at several', issuerOption)
      .action(({ issuer }: { issuer?: string }) => token(context, issuer)),
    'pixy token --issuer https://sign-in.example.com',
    'curl -H "Authorization: Bearer $(pixy token)" https://sign-in.example.com/userinfo',
  );

async function token({ io, print }: Context, asked: string | undefined): Promise<void> {
  const { issuer, login } = findLogin(io, asked);
  const { access_token, expires_at } = await freshLogin(io, issuer, login);
  print({ json: { issuer, access_token, expires_at }, text: `${access_token}\n` });
}
