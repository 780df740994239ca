import { Command } from 'commander';
import { refreshTokenGrant } from 'openid-client';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { examples, jsonOption } from '../options.ts';
import { keepTokens } from './keep-tokens.ts';
import { findLogin, type Login } from './login-file.ts';
import { inWords, issuerOption, openClient } from './open-client.ts';

/** A token is used for a moment after it was printed. Seconds. */
const stillGoodFor = 60;

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
  const isGood = io.now() + stillGoodFor < login.expires_at;
  const fresh = isGood ? login : await refresh(issuer, login);
  print({
    json: { issuer, access_token: fresh.access_token, expires_at: fresh.expires_at },
    text: `${fresh.access_token}\n`,
  });

  async function refresh(issuer: string, login: Login): Promise<Login> {
    const { client_id, refresh_token } = login;
    if (refresh_token === undefined) throw new Failure(`The login at ${issuer} has expired: run pixy login again.`);
    const config = await openClient(issuer, client_id);
    const tokens = await inWords(issuer, () => refreshTokenGrant(config, refresh_token));
    return keepTokens(io, issuer, tokens, login);
  }
}
