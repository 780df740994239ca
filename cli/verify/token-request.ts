import { type AssertionFor, type AuthenticationMethod, authenticate, type Client } from './client.ts';
import type { JwtChanges } from './jws.ts';
import { type Changes, encode, withQuery } from './parameters.ts';
import type { Sent } from './transport.ts';

export type TokenOptions = {
  /** Sent as the query of the endpoint's URL. */
  query?: Changes;
  method?: 'GET' | 'POST';
  /** Omits the client's authentication. */
  unauthenticated?: boolean;
  /** Changes the client's assertion. */
  assertion?: JwtChanges;
  /** Changes the proof of possession, leaves it out, or makes it with another key. */
  proof?: JwtChanges | 'none' | 'by another key';
};

/** Makes an authenticated request to the token endpoint, or another one like it: the URL it goes to, and the rest of it. */
export function makeTokenRequest(
  endpoint: string,
  client: Client,
  authentication: AuthenticationMethod,
  form: Changes,
  { query, method = 'POST', unauthenticated = false, assertion: changes }: TokenOptions,
  assertion: AssertionFor,
): { url: string; sent: Sent } {
  const { headers, fields } = authenticate(client, unauthenticated ? 'none' : authentication, {
    ...assertion,
    changes,
  });
  const parameters = { ...fields, ...form };
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
