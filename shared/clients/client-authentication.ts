import { type Parameters, single } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import type { ClientAuthenticationMethod } from '../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../result.ts';
import { verifyClientSecret } from './client-secret.ts';
import type { RegisteredClient } from './registered-client.ts';

/** What a request shows of its client: the one way it authenticates, with the readings of id and secret to try in order. */
export type PresentedCredentials = {
  method: ClientAuthenticationMethod;
  readings: readonly { clientId: string; secret?: string }[];
};

declare const authenticated: unique symbol;

/** A client that proved who it is, as far as its registration asks for it. Made by {@link authenticateClient} alone. */
export type AuthenticatedClient = RegisteredClient & { readonly [authenticated]: true };

/**
 * RFC 6749 §2.3.1: reads the credentials from the Authorization header or the form.
 * Refuses a malformed header, more than one way, and two different client ids (OAuth 2.1 §2.4).
 */
export function presentedCredentials(
  authorization: string | undefined,
  form: Parameters,
): Result<PresentedCredentials, Refusal> {
  const clientId = single(form, 'client_id');
  const secret = single(form, 'client_secret');
  if (authorization === undefined) {
    if (clientId === undefined) return refuse({ reason: 'client_id_missing' });
    return ok(
      secret === undefined
        ? { method: 'none', readings: [{ clientId }] }
        : { method: 'client_secret_post', readings: [{ clientId, secret }] },
    );
  }
  const readings = basicReadings(authorization);
  if (readings === undefined) return refuse({ reason: 'client_authentication_malformed' });
  const sameClient = clientId === undefined || readings.some((reading) => reading.clientId === clientId);
  if (secret !== undefined || !sameClient) return refuse({ reason: 'client_authentication_ambiguous' });
  return ok({ method: 'client_secret_basic', readings });
}

/**
 * HTTP Basic (RFC 7617). RFC 6749 wants id and secret form-encoded first; many clients send them as they are.
 * Both readings are returned where they differ: form-decoded first, then raw.
 */
function basicReadings(authorization: string): PresentedCredentials['readings'] | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  const raw = { clientId: text.slice(0, colon), secret: text.slice(colon + 1) };
  const decoded = { clientId: formDecode(raw.clientId), secret: formDecode(raw.secret) };
  const differ = decoded.clientId !== raw.clientId || decoded.secret !== raw.secret;
  return differ ? [decoded, raw] : [raw];
}

/** Text that is not form-encoded stands for itself. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/**
 * Who is calling? The registered method is the only one accepted. Takes what was presented and a way to find clients.
 * Refuses an unknown or disabled client, another method than the registered one, and a wrong secret.
 */
export async function authenticateClient(
  presented: PresentedCredentials,
  find: (clientId: string) => Promise<RegisteredClient | undefined>,
): Promise<Result<AuthenticatedClient, Refusal>> {
  let refusal: Refusal = { reason: 'client_unknown' };
  for (const { clientId, secret } of presented.readings) {
    const client = await find(clientId);
    if (client === undefined) continue;
    const refused = await refuseClient(client, presented.method, secret);
    if (refused === undefined) return ok(client as AuthenticatedClient);
    refusal = refused;
  }
  return refuse(refusal);
}

async function refuseClient(
  client: RegisteredClient,
  method: ClientAuthenticationMethod,
  secret: string | undefined,
): Promise<Refusal | undefined> {
  if (method !== client.tokenEndpointAuthMethod) {
    if (method === 'none') return { reason: 'client_authentication_missing' };
    return { reason: 'client_authentication_method_not_registered' };
  }
  if (secret !== undefined && !(await matchesAny(secret, client.secretHashes)))
    return { reason: 'client_secret_wrong' };
  return client.disabled ? { reason: 'client_disabled' } : undefined;
}

/** Tries all hashes, so that the time does not tell which of two secrets is the older one. */
async function matchesAny(secret: string, hashes: readonly string[]): Promise<boolean> {
  const results = await Promise.all(hashes.map((hash) => verifyClientSecret(secret, hash)));
  return results.includes(true);
}
