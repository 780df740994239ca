import { type Answer, encodeFields, formType, type Sent, send } from '../support/http.ts';
import { type FullClient, machine } from '../support/lifecycle.ts';
import { basic } from '../support/protocol.ts';
import type { TestServer } from '../support/server.ts';

/** May look and change. */
export const robot: FullClient = { ...machine, client_id: 'robot', scope: 'pixy:read pixy:write' };

/** May change managers, too, and make new ones. */
export const chief: FullClient = { ...robot, client_id: 'chief', scope: 'pixy:read pixy:write pixy:delegate' };

/** May only look. */
export const auditor: FullClient = { ...machine, client_id: 'auditor', scope: 'pixy:read' };

// biome-ignore lint/suspicious/noExplicitAny: documents of every kind; the tests look at single members
export type Json = any;

export type AdminAnswer = Answer & { json: Json; etag: string };

type Ask = { headers?: Sent['headers']; body?: unknown; token?: string | undefined; ifMatch?: string };

/** A client's own token for the management API. */
export async function managementToken(
  { port }: Pick<TestServer, 'port'>,
  client: FullClient = robot,
  fields = {},
): Promise<string> {
  const body = encodeFields({ grant_type: 'client_credentials', ...fields });
  const headers = { ...formType, authorization: basic(client) };
  const answer = await send(port, '/token', { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`expected a token, got ${answer.status} ${answer.body}`);
  return JSON.parse(answer.body).access_token;
}

/** Asks the management API with a token; an object becomes a JSON body. */
export const manager =
  ({ port }: Pick<TestServer, 'port'>, bearer: string) =>
  async (method: string, path: string, { headers, body, token = bearer, ifMatch }: Ask = {}): Promise<AdminAnswer> => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await send(port, `/admin${path}`, {
      method,
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...headers,
      },
      ...(text !== undefined && { body: text }),
    });
    return { ...answer, json: answer.body && JSON.parse(answer.body), etag: answer.headers.etag ?? '' };
  };

export type Manage = ReturnType<typeof manager>;
