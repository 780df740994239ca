import type { TestClient } from './clients.ts';
import { type Answer, encodeFields, type Fields, formType, type Sent, send } from './http.ts';
import { credentialsOf } from './lifecycle.ts';
import { pkcePair } from './pkce.ts';
import { authorizeTarget } from './protocol.ts';
import type { TestServer } from './server.ts';

type Server = Pick<TestServer, 'port'>;

/** The members of RFC 9126 §2.2, or of a refusal. */
export type PushedJson = {
  request_uri: string;
  expires_in: number;
  error?: string;
  error_description?: string;
  error_uri?: string;
  reason?: string;
};

/** Pushes what `authorizeTarget` would send through the browser, as `client`; `sent` replaces parts of the HTTP request. */
export async function pushed(
  server: Server,
  client: TestClient,
  changes: Fields = {},
  sent: Sent = {},
): Promise<Answer & { json: PushedJson }> {
  const { headers, fields } = credentialsOf(client);
  const request = new URL(authorizeTarget(client, { client_id: undefined, ...changes }), 'https://x.example').search;
  const body = `${request.slice(1)}&${encodeFields(fields)}`;
  const answer = await send(server.port, '/par', {
    method: 'POST',
    headers: { ...formType, ...headers, ...sent.headers },
    body: sent.body ?? body,
  });
  return { ...answer, json: JSON.parse(answer.body) };
}

/** The address that a browser opens after a push, with whatever else. */
export const openingOf = (client: TestClient, { request_uri }: Pick<PushedJson, 'request_uri'>, more: Fields = {}) =>
  `/authorize?${encodeFields({ client_id: client.client_id, request_uri, ...more })}`;

/** Pushes a request that is right in every way: where to go with it, and the verifier for its code. */
export async function pushFor(server: Server, client: TestClient, changes: Fields = {}) {
  const { verifier, challenge } = pkcePair();
  const { json } = await pushed(server, client, { code_challenge: challenge, ...changes });
  return { ...json, verifier, target: openingOf(client, json) };
}
