import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrlWithPAR,
  Configuration,
  calculatePKCECodeChallenge,
  None,
  randomPKCECodeVerifier,
  refreshTokenGrant,
  tokenRevocation,
} from 'openid-client';
import type { ClientStore } from '../../../shared/clients/client-store.ts';
import { consoleClientId } from '../../../shared/clients/reserved-ids.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import { encodePairs } from '../../../shared/oauth/parameters.ts';
import { generateSecret } from '../../../shared/secret.ts';
import { type OwnRegistration, registerOwn } from './register-own.ts';

/*
 * The console as a client of this server: the code flow with PKCE at /authorize and /token, as any other client. It is public, since
 * whoever may read its secret may also read the database.
 */

/** All it ever asks for: what manages the management itself is left to the command line. */
const scope = 'pixy:read pixy:write';

/** Seconds that the server may take for an answer. */
const patience = 5;

const registration = (issuer: string): OwnRegistration => ({
  client_id: consoleClientId,
  client_name: 'Console',
  redirect_uris: [issuer + endpoints.consoleCallback],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  scope,
  first_party: true,
});

/** Registers the console where it is not. */
export const registerConsole = (issuer: string, clients: ClientStore, now: number): Promise<void> =>
  registerOwn(registration(issuer), 'the console signs people in as this client', clients, now);

/** What one sign-in takes from its start to its end. */
export type Flow = { state: string; verifier: string };

/** The tokens of an operator. `expiresAt` is of the access token, in epoch seconds. */
export type Tokens = { access: string; refresh?: string | undefined; expiresAt: number };

export type ConsoleClient = ReturnType<typeof consoleClient>;

/**
 * `pushes`: whether the server takes pushed authorization requests alone. `now` is in epoch seconds. The methods reject when the server
 * does not answer, or refuses.
 */
export function consoleClient(issuer: string, { pushes }: { pushes: boolean }, now: () => number) {
  const configuration = new Configuration(
    {
      issuer,
      authorization_endpoint: issuer + endpoints.authorize,
      token_endpoint: issuer + endpoints.token,
      revocation_endpoint: issuer + endpoints.revoke,
      pushed_authorization_request_endpoint: issuer + endpoints.par,
      authorization_response_iss_parameter_supported: true,
    },
    consoleClientId,
    { token_endpoint_auth_method: 'none' },
    None(),
  );
  configuration.timeout = patience;
  if (issuer.startsWith('http:')) allowInsecureRequests(configuration);

  const toTokens = (answer: { access_token: string; refresh_token?: string; expires_in?: number }): Tokens => ({
    access: answer.access_token,
    refresh: answer.refresh_token,
    expiresAt: now() + (answer.expires_in ?? 0),
  });

  const push = async (pairs: readonly (readonly [string, string])[]): Promise<string> => {
    const { search } = await buildAuthorizationUrlWithPAR(
      configuration,
      new URLSearchParams(pairs.map((pair) => [...pair])),
    );
    return search.slice(1);
  };

  return {
    /** A new flow, and the path that begins it. `isAnother`: the person wants to choose the account. */
    async start(isAnother: boolean): Promise<{ flow: Flow; path: `/${string}` }> {
      const flow = { state: generateSecret(), verifier: randomPKCECodeVerifier() };
      const pairs = [
        ['response_type', 'code'],
        ['client_id', consoleClientId],
        ['redirect_uri', issuer + endpoints.consoleCallback],
        ['scope', scope],
        ['resource', issuer + endpoints.admin],
        ['state', flow.state],
        ['code_challenge', await calculatePKCECodeChallenge(flow.verifier)],
        ['code_challenge_method', 'S256'],
        ...(isAnother ? [['prompt', 'select_account'] as const] : []),
      ] as const;
      const query = pushes ? await push(pairs) : encodePairs(pairs);
      return { flow, path: `${endpoints.authorize}?${query}` };
    },

    /** Exchanges the code in the `query` of the callback. */
    async finish({ state, verifier }: Flow, query: string): Promise<Tokens> {
      const url = new URL(`${issuer}${endpoints.consoleCallback}?${query}`);
      return toTokens(
        await authorizationCodeGrant(configuration, url, { expectedState: state, pkceCodeVerifier: verifier }),
      );
    },

    refresh: async (refresh: string): Promise<Tokens> => toTokens(await refreshTokenGrant(configuration, refresh)),

    revoke: (refresh: string): Promise<void> => tokenRevocation(configuration, refresh),
  };
}
