import type { Changes } from './parameters.ts';

/** The client that the requests come from. Without a secret it is public. */
export type Client = { clientId: string; clientSecret?: string | undefined; redirectUri: string };

export const authenticationMethods = ['client_secret_basic', 'client_secret_post'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** Authenticates the client. Form-encodes id and secret before they go into the header (RFC 6749 §2.3.1). */
export function authenticate(
  { clientId, clientSecret }: Client,
  method: AuthenticationMethod | 'none',
): { headers: Record<string, string>; fields: Changes } {
  if (clientSecret === undefined || method === 'none') return { headers: {}, fields: { client_id: clientId } };
  if (method === 'client_secret_post') {
    return { headers: {}, fields: { client_id: clientId, client_secret: clientSecret } };
  }
  const encodeForm = (value: string) => new URLSearchParams({ value }).toString().slice('value='.length);
  const credentials = Buffer.from(`${encodeForm(clientId)}:${encodeForm(clientSecret)}`).toString('base64');
  return { headers: { authorization: `Basic ${credentials}` }, fields: {} };
}
