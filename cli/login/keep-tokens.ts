import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import type { Io } from '../io.ts';
import { keepLogin, type Login } from './login-file.ts';

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** Keeps the tokens of a response. What it does not have stays as it was before. */
export function keepTokens(
  io: Io,
  issuer: string,
  tokens: Tokens,
  before: Pick<Login, 'client_id' | 'resource'> & Partial<Login>,
): Login {
  const kept: Login = {
    ...before,
    access_token: tokens.access_token,
    expires_at: io.now() + (tokens.expires_in ?? 0),
    ...(tokens.refresh_token !== undefined && { refresh_token: tokens.refresh_token }),
    ...(tokens.claims() && { sub: tokens.claims()?.sub }),
  };
  keepLogin(io, issuer, kept);
  return kept;
}
