import { looksAtLimit } from '../../shared/grants/grant-limit.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import type { TestClient } from './clients.ts';
import { type Answer, encodeFields, type Fields, formType, type Sent, send } from './http.ts';
import type { Person } from './person.ts';
import { pkcePair } from './pkce.ts';
import type { TestServer } from './server.ts';

/** The address of an authorization request that is right in every way, unless `changes` say otherwise. */
export function authorizeTarget(client: TestClient, changes: Fields = {}): string {
  const request = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: client.redirect_uris[0],
    scope: 'openid',
    state: 'a-state',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  };
  return `/authorize?${encodeFields({ ...request, ...changes })}`;
}

/** Takes the challenge out of an authorization request. */
export const withoutChallenge = { code_challenge: undefined, code_challenge_method: undefined };

/** The parameters of an authorization response. */
export type ResponseParameters = {
  code?: string;
  state?: string;
  iss?: string;
  error?: string;
  error_description?: string;
  error_uri?: string;
  id_token?: string;
};

export const parametersOf = ({ searchParams }: URL): ResponseParameters => Object.fromEntries(searchParams);

/** The authorization response in whatever mode it comes: query, fragment or form_post. */
export function responseOf({ status, headers, body }: Answer): ResponseParameters {
  if (status !== 302) return Object.fromEntries(hiddenFields(body));
  const { hash, searchParams } = new URL(headers.location ?? '');
  return Object.fromEntries(hash === '' ? searchParams : new URLSearchParams(hash.slice(1)));
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const hiddenFields = (body: string): [string, string][] =>
  Array.from(body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g), ([, name = '', value = '']) => [
    name,
    value.replace(/&([a-z]+|#39);/g, (entity, word) => entities[word] ?? entity),
  ]);

/** What a client holds after a person came back: the code, and the verifier that proves its request. */
export async function obtainCode(person: Person, client: TestClient, changes: Fields = {}) {
  const { verifier, challenge } = pkcePair();
  const redirected = await person.authorize(authorizeTarget(client, { code_challenge: challenge, ...changes }));
  const { code } = parametersOf(redirected);
  if (code === undefined) throw new Error(`expected a code, got ${redirected.href}`);
  return { code, verifier, redirected };
}

/** A code whose redemption looks at the limit of grants, as one of sixteen does, or one whose redemption does not. */
export async function obtainCodeThat(looks: boolean, person: Person, client: TestClient, changes: Fields = {}) {
  let issued = await obtainCode(person, client, changes);
  while (looksAtLimit(grantId(issued.code)) !== looks) issued = await obtainCode(person, client, changes);
  return issued;
}

/** The members of token responses, and of refusals. */
export type TokenJson = {
  access_token?: string;
  token_type?: string;
  expires_in?: number;
  scope?: string;
  refresh_token?: string;
  id_token?: string;
  error?: string;
  error_description?: string;
  error_uri?: string;
  reason?: string;
};

export type TokenAnswer = Answer & { json: TokenJson };

/** Posts to /token, as a form unless `headers` say otherwise. Fails when the answer is not JSON. */
export async function postToken(
  server: Pick<TestServer, 'port'>,
  body: Fields | string | Buffer,
  headers: Sent['headers'] = {},
): Promise<TokenAnswer> {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : encodeFields(body);
  const answer = await send(server.port, '/token', {
    method: 'POST',
    headers: { ...formType, ...headers },
    body: text,
  });
  return { ...answer, json: JSON.parse(answer.body) };
}

/** RFC 6749 §4.1.3, with the client's way of authenticating. The redirect URI is repeated unless `fields` say otherwise. */
export function redeem(server: Pick<TestServer, 'port'>, client: TestClient, fields: Fields): Promise<TokenAnswer> {
  const form = { grant_type: 'authorization_code', redirect_uri: client.redirect_uris[0], ...fields };
  if (client.token_endpoint_auth_method === 'client_secret_basic') {
    return postToken(server, form, { authorization: basic(client) });
  }
  return postToken(server, { client_id: client.client_id, client_secret: client.client_secret, ...form });
}

/** RFC 6749 §2.3.1: id and secret are form-encoded first. */
export function basic({ client_id, client_secret = '' }: Pick<TestClient, 'client_id' | 'client_secret'>): string {
  const encode = (text: string) => new URLSearchParams({ text }).toString().slice('text='.length);
  return rawBasic(`${encode(client_id)}:${encode(client_secret)}`);
}

export const rawBasic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

/** The claims of a JWT, unverified: the tests of the libraries verify. */
export const claimsOf = (jwt = ''): Record<string, unknown> => part(jwt, 1);
export const headerOf = (jwt = ''): Record<string, unknown> => part(jwt, 0);
const part = (jwt: string, index: number) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString('utf8'));
