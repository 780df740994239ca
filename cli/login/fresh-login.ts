import { refreshTokenGrant } from 'openid-client';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import { keepTokens } from './keep-tokens.ts';
import type { Login } from './login-file.ts';
import { inWords, openClient } from './open-client.ts';

/** A token is used for a moment after it was handed out. Seconds. */
const stillGoodFor = 60;

/** Returns the login with an access token that is good for a moment: refreshed and kept when it is about to expire. */
export async function freshLogin(io: Io, issuer: string, login: Login): Promise<Login> {
  if (io.now() + stillGoodFor < login.expires_at) return login;
  const { client_id, refresh_token } = login;
  if (refresh_token === undefined) throw new Failure(`The login at ${issuer} has expired: run pixy login again.`);
  const config = await openClient(issuer, client_id);
  const tokens = await inWords(issuer, () => refreshTokenGrant(config, refresh_token));
  return keepTokens(io, issuer, tokens, login);
}
