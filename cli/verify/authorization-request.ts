import { randomBytes } from 'node:crypto';
import { s256 } from '../../shared/pkce/s256.ts';
import type { Client } from './client.ts';
import type { Changes } from './parameters.ts';

/** What an authorization request is known by, and the proof for it. */
export type AuthorizationRequest = { verifier: string; challenge: string; state: string };

/** Returns 256 random bits. */
export const random = (): string => randomBytes(32).toString('base64url');

/** Makes an authorization request that is correct (code, S256) except for `changes`, and its parameters. */
export function makeAuthorizationRequest(
  client: Client,
  scope: string | undefined,
  changes: Changes,
): { sent: AuthorizationRequest; parameters: Changes } {
  const verifier = random();
  const sent = { verifier, challenge: s256(verifier), state: random(), ...pick(changes) };
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope,
    state: sent.state,
    nonce: scope?.split(' ').includes('openid') ? random() : undefined,
    code_challenge: sent.challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return { sent, parameters };
}

/** Returns the values that a check chose itself, to keep with their request. */
function pick(changes: Changes): Partial<AuthorizationRequest> {
  const { state, code_challenge: challenge } = changes;
  return {
    ...(typeof state === 'string' && { state }),
    ...(typeof challenge === 'string' && { challenge }),
  };
}
