import { hash } from 'node:crypto';
import type { Mistake } from '../mistake.ts';
import { comparedPart, matchRedirectUri } from '../oauth/redirect-uri.ts';
import { parseScope } from '../oauth/scope.ts';
import { type Result, refuse } from '../result.ts';
import { generateSecret } from '../secret.ts';
import { admitMetadata, type Document } from './admit-metadata.ts';
import { memberName } from './client-document.ts';
import { hashDescription } from './hash-description.ts';
import type { RegisteredClient } from './registered-client.ts';
import { withoutEmpty } from './registration.ts';

/** Who registers: with an initial access token or without, and whether that one allows more than public clients. */
export type Registrant = { hasToken: boolean; mayBeConfidential: boolean };

/** A client that is to be added, the same as it described itself, and its secret where it has one, which is shown this once. */
export type SelfRegistered = { client: RegisteredClient; described: RegisteredClient; secret?: string };

const secretMethods = ['client_secret_basic', 'client_secret_post'] as const;

/**
 * Turns a registration request (RFC 7591 §2) into a client. Without a token, its id is made of what it says: the same metadata is the
 * same client. Its scope is then no limit: what agents name is the scope of their first request, and nobody could extend it later, when
 * an API wants more (RFC 6750 §3.1, insufficient_scope). Refuses with every mistake.
 */
export async function selfRegister(
  document: Document,
  registrant: Registrant,
): Promise<Result<SelfRegistered, readonly [Mistake, ...Mistake[]]>> {
  const method = methodOf(withoutEmpty(document)['token_endpoint_auth_method'], registrant);
  if (!method.ok) return method;
  const secret = method.value.startsWith('client_secret') ? generateSecret() : undefined;
  const admission = { clientId: 'unnamed', clientClass: 'dynamic', method: method.value, secret } as const;
  const admitted = await admitMetadata(document, admission);
  if (!admitted.ok) return admitted;
  const { hasToken } = registrant;
  const kept = hasToken ? admitted.value : { ...admitted.value, scope: [] };
  const clientId = newId(hasToken ? generateSecret() : contentOf(kept));
  const client = { ...kept, clientId, documentHash: hashDescription(kept) };
  return { ok: true, value: { client, described: admitted.value, ...(secret !== undefined && { secret }) } };
}

/**
 * Clients without a method of their own are public, and so are those that ask for a secret without a token (RFC 7591 §3.2.1: the server
 * may replace what was asked for): agents ask for one everywhere, and go by the answer. Who has a token is told to get another.
 */
function methodOf(
  asked: unknown,
  { hasToken, mayBeConfidential }: Registrant,
): Result<RegisteredClient['tokenEndpointAuthMethod'], [Mistake]> {
  const member = 'token_endpoint_auth_method';
  const isPublic = asked === undefined || asked === 'none';
  const isWish = !hasToken && secretMethods.some((method) => method === asked);
  if (isPublic || isWish) return { ok: true, value: 'none' };
  const known = [...secretMethods, 'private_key_jwt' as const].find((method) => method === asked);
  if (known === undefined) return refuse([{ member, problem: 'is not one that this server knows' }]);
  if (mayBeConfidential) return { ok: true, value: known };
  return refuse([
    { member, problem: 'is not none, and only an initial access token may allow more than public clients' },
  ]);
}

/** Never a URL, which would be the id of a metadata document. */
const newId = (random: string): string => `dcr-${hash('sha256', random, 'base64url').slice(0, 32)}`;

/** What a client says. Lists that have no order are sorted, and the port of a loopback redirect URI is another at each start. */
const contentOf = ({ redirectUris, grantTypes, ...rest }: RegisteredClient): string =>
  JSON.stringify([[...new Set(redirectUris.map(comparedPart))].sort(), grantTypes.toSorted(), rest]);

/** The client that is kept, in the words of this registration, as far as they hold: an operator may have left it less. */
export function inWordsOf({ redirectUris, scope }: RegisteredClient, kept: RegisteredClient): RegisteredClient {
  const uris = redirectUris.filter((uri) => matchRedirectUri(uri, kept.redirectUris) !== undefined);
  const values = scope.filter((value) => kept.scope.length === 0 || kept.scope.includes(value));
  return {
    ...kept,
    ...(uris.length > 0 && { redirectUris: uris }),
    ...(values.length > 0 && { scope: values }),
  };
}

/**
 * The metadata that a client is registered with (RFC 7591 §3.2.1), in the words that it came in. `scope`: everything that it may ask
 * for, all of which the server's metadata names.
 */
export function registeredMetadata(client: RegisteredClient, scope: readonly string[]): Record<string, unknown> {
  const { clientId, clientName, redirectUris, tokenEndpointAuthMethod, grantTypes, responseTypes } = client;
  const { policyUri, tosUri, jwks, jwksUri, idTokenSignedResponseAlg, dpopBoundAccessTokens } = client;
  const { requirePushedAuthorizationRequests, requireSignedRequestObject, authorizationDetailsTypes } = client;
  const members = {
    clientId,
    clientName,
    policyUri,
    tosUri,
    redirectUris,
    tokenEndpointAuthMethod,
    grantTypes,
    responseTypes,
    scope: scope.join(' '),
    authorizationDetailsTypes,
    jwks,
    jwksUri,
    idTokenSignedResponseAlg,
    requirePushedAuthorizationRequests,
    requireSignedRequestObject,
    dpopBoundAccessTokens,
  };
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[memberName(name), value]])),
  );
}

/** What is wrong with a scope of which nothing is left. */
export function scopeMistake(asked: unknown, left: readonly string[]): Mistake | undefined {
  const parsed = typeof asked === 'string' ? parseScope(asked) : undefined;
  const isEmpty = parsed === undefined || !parsed.ok || parsed.value.length === 0;
  return isEmpty || left.length > 0 ? undefined : { member: 'scope', problem: 'has no value that this server knows' };
}
