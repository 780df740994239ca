import { apiStore } from '../../shared/apis/api-store.ts';
import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import type { TestClient } from './clients.ts';
import { type Answer, encodeFields, type Fields, formType, type Sent, send } from './http.ts';
import type { Page, Person } from './person.ts';
import { authorizeTarget, basic, obtainCode, postToken, redeem, type TokenAnswer, type TokenJson } from './protocol.ts';
import { type TestServer, tables } from './server.ts';

type Server = Pick<TestServer, 'port'>;

/** A client with everything that can be registered. */
export type FullClient = TestClient & {
  response_types?: readonly string[];
  post_logout_redirect_uris?: readonly string[];
  id_token_signed_response_alg?: string;
  jwks?: { keys: readonly object[] };
  jwks_uri?: string;
  may_introspect?: boolean;
  introspection_signed_response_alg?: string;
  refresh_token_idle_lifetime?: number;
  refresh_token_lifetime?: number;
  refresh_token_grace?: number;
  rotate_refresh_tokens?: boolean;
};

const withRefresh: Pick<TestClient, 'grant_types'> = { grant_types: ['authorization_code', 'refresh_token'] };

/** Public, with refresh tokens. */
export const mobile: FullClient = {
  client_id: 'mobile',
  redirect_uris: ['com.example.mobile:/callback'],
  token_endpoint_auth_method: 'none',
  scope: 'openid profile email address phone offline_access api:read',
  ...withRefresh,
};

/** Confidential, with refresh tokens. */
export const portal: FullClient = {
  client_id: 'portal',
  client_secret: 'the secret of the portal, which is long enough',
  redirect_uris: ['https://portal.example/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'openid profile email api:read',
  ...withRefresh,
};

/** A client that acts for itself. */
export const machine: FullClient = {
  client_id: 'machine',
  client_secret: 'the secret of the machine, which is long enough',
  redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  scope: 'api:read api:write',
};

/** A resource server that may introspect. */
export const warehouse: FullClient = { ...machine, client_id: 'warehouse', may_introspect: true };

export type Tokens = TokenJson & { refresh_token?: string };
export type TokensAnswer = Answer & { json: Tokens };

/** What a client holds after a person signed in: every token, or an error. */
export async function obtainTokens(
  server: Server,
  person: Person,
  client: TestClient,
  changes: Fields = {},
  fields: Fields = {},
): Promise<Tokens & { code: string; verifier: string }> {
  const { code, verifier } = await obtainCode(person, client, changes);
  const answer: TokenAnswer = await redeem(server, client, { code, code_verifier: verifier, ...fields });
  if (answer.status !== 200) throw new Error(`expected tokens, got ${answer.status} ${answer.body}`);
  return { ...answer.json, code, verifier };
}

/** What a client posts to prove who it is, in the way it is registered for. */
export function credentialsOf(client: TestClient): { headers: NonNullable<Sent['headers']>; fields: Fields } {
  if (client.token_endpoint_auth_method === 'client_secret_basic') {
    return { headers: { authorization: basic(client) }, fields: {} };
  }
  return { headers: {}, fields: { client_id: client.client_id, client_secret: client.client_secret } };
}

/** RFC 6749 §6. */
export function refresh(
  server: Server,
  client: TestClient,
  refreshToken: string | undefined,
  fields: Fields = {},
): Promise<TokensAnswer> {
  const { headers, fields: credentials } = credentialsOf(client);
  const form = { ...credentials, grant_type: 'refresh_token', refresh_token: refreshToken, ...fields };
  return postToken(server, form, headers);
}

/** The tokens of a refresh that must succeed. */
export async function refreshed(
  server: Server,
  client: TestClient,
  refreshToken: string | undefined,
  fields: Fields = {},
): Promise<Tokens> {
  const { status, json, body } = await refresh(server, client, refreshToken, fields);
  if (status !== 200) throw new Error(`could not refresh: ${status} ${body}`);
  return json;
}

/** RFC 6749 §4.4. */
export function clientCredentials(server: Server, client: TestClient, fields: Fields = {}): Promise<TokensAnswer> {
  const { headers, fields: credentials } = credentialsOf(client);
  return postToken(server, { ...credentials, grant_type: 'client_credentials', ...fields }, headers);
}

export type JsonAnswer = Answer & { json: Record<string, unknown> };

async function postForm(server: Server, target: string, fields: Fields, headers: Sent['headers']): Promise<JsonAnswer> {
  const body = encodeFields(fields);
  const answer = await send(server.port, target, { method: 'POST', headers: { ...formType, ...headers }, body });
  return { ...answer, json: JSON.parse(answer.body) };
}

/** RFC 7009, as `client`; without one, as nobody. */
export function revoke(server: Server, client: TestClient | undefined, fields: Fields): Promise<JsonAnswer> {
  const { headers, fields: credentials } = client ? credentialsOf(client) : { headers: {}, fields: {} };
  return postForm(server, '/revoke', { ...credentials, ...fields }, headers);
}

/** RFC 7662, as `client`; without one, as nobody. */
export function introspect(server: Server, client: TestClient | undefined, fields: Fields): Promise<JsonAnswer> {
  const { headers, fields: credentials } = client ? credentialsOf(client) : { headers: {}, fields: {} };
  return postForm(server, '/introspect', { ...credentials, ...fields }, headers);
}

/** OpenID Connect Core §5.3, with the token in the header. */
export async function userinfo(server: Server, accessToken: string | undefined): Promise<JsonAnswer> {
  const answer = await send(server.port, '/userinfo', { headers: { authorization: `Bearer ${accessToken}` } });
  return { ...answer, json: JSON.parse(answer.body) };
}

/** Registers an API; known to the server at once as long as it was not asked for any, else after 30 s of its clock. */
export async function registerApi(api: RegisteredApi): Promise<void> {
  await apiStore(openDatabase(), tables.clients, () => 0).put(api, { by: 'test', why: '' });
}

export async function deregisterApi(resource: string): Promise<void> {
  await apiStore(openDatabase(), tables.clients, () => 0).remove(resource, { by: 'test', why: '' });
}

/** Where an authorization request of a signed-in person ends: a redirect or a page. */
export function authorizePage(person: Person, client: TestClient, changes: Fields = {}): Promise<Page> {
  return person.follow(authorizeTarget(client, changes));
}

/** The parameters in the fragment of an address. */
export const fragmentOf = ({ hash }: URL): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(hash.slice(1)));

/** The form of a page: where it goes, and what a browser would send. */
export function formOf({ body }: Pick<Page, 'body'>) {
  const [, action = ''] = /<form method="post" action="([^"]*)">/.exec(body) ?? [];
  const inputs = [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const fields = Object.fromEntries(
    inputs.map(([, name = '', value = '']) => [unescapeHtml(name), unescapeHtml(value)]),
  );
  return { action: unescapeHtml(action), fields };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const unescapeHtml = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');
