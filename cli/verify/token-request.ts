import { type AuthenticationMethod, authenticate, type Client } from './client.ts';
import { type Changes, encode, withQuery } from './parameters.ts';
import type { Sent } from './transport.ts';

export type TokenOptions = {
  /** Sent as the query of the endpoint's URL. */
  query?: Changes;
  method?: 'GET' | 'POST';
  /** Omits the client's authentication. */
  unauthenticated?: boolean;
};

/** Makes a request to the token endpoint: the URL it goes to, and the rest of it. */
export function makeTokenRequest(
  endpoint: string,
  client: Client,
  authentication: AuthenticationMethod,
  form: Changes,
  { query, method = 'POST', unauthenticated = false }: TokenOptions,
): { url: string; sent: Sent } {
  const { headers, fields } = authenticate(client, unauthenticated ? 'none' : authentication);
  const parameters = { ...form, ...fields };
  const accepting = { accept: 'application/json', ...headers };
  if (method === 'GET') return { url: withQuery(endpoint, parameters), sent: { method, headers: accepting } };
  return {
    url: query === undefined ? endpoint : withQuery(endpoint, query),
    sent: {
      method,
      headers: { ...accepting, 'content-type': 'application/x-www-form-urlencoded' },
      body: encode(parameters),
    },
  };
}
