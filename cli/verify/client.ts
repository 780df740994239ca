import { randomUUID } from 'node:crypto';
import { type JwtChanges, makeJwt, type SigningKey } from './jws.ts';
import type { Changes } from './parameters.ts';

/** The client that the requests come from. Without a secret and a key it is public. */
export type Client = {
  clientId: string;
  clientSecret?: string | undefined;
  key?: SigningKey | undefined;
  redirectUri: string;
};

export const authenticationMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

export const isPublicClient = ({ clientSecret, key }: Client): boolean =>
  clientSecret === undefined && key === undefined;

/** Where and when an assertion is for, and what a check changes in it. */
export type AssertionFor = { issuer: string; now: number; changes?: JwtChanges | undefined };

/** Authenticates the client. Form-encodes id and secret before they go into the header (RFC 6749 §2.3.1). */
export function authenticate(
  client: Client,
  method: AuthenticationMethod | 'none',
  assertion: AssertionFor,
): { headers: Record<string, string>; fields: Changes } {
  const { clientId, clientSecret, key } = client;
  if (isPublicClient(client) || method === 'none') return { headers: {}, fields: { client_id: clientId } };
  if (method === 'private_key_jwt' && key !== undefined) {
    return { headers: {}, fields: { client_id: clientId, ...assertionFields(clientId, key, assertion) } };
  }
  if (method === 'client_secret_post') {
    return { headers: {}, fields: { client_id: clientId, client_secret: clientSecret } };
  }
  const encodeForm = (value: string) => new URLSearchParams({ value }).toString().slice('value='.length);
  const credentials = Buffer.from(`${encodeForm(clientId)}:${encodeForm(clientSecret ?? '')}`).toString('base64');
  return { headers: { authorization: `Basic ${credentials}` }, fields: {} };
}

/** RFC 7523 §2.2. The audience is the issuer, which every server must accept (FAPI 2.0 §5.3.2.1). */
function assertionFields(clientId: string, key: SigningKey, { issuer, now, changes }: AssertionFor): Changes {
  const header = { alg: key.alg, ...(key.kid !== undefined && { kid: key.kid }) };
  const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60 };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: makeJwt(key, header, claims, changes),
  };
}
