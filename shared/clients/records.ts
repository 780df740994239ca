import * as v from 'valibot';
import type { Item } from '../aws/dynamodb.ts';
import { signingAlgorithms } from '../keys/signing-key.ts';
import { responseTypes } from '../oauth/response-type.ts';
import { clientAuthenticationMethods, requestObjectAlgorithms } from '../oauth/server-metadata.ts';
import { type GlobalPolicy, pkcePolicies, unregisteredClasses } from '../pkce/policy.ts';
import type { Change } from './change.ts';
import { needsSecret, type RegisteredClient, registrableGrantTypes } from './registered-client.ts';

/*
 * The items of the Clients table. Throws for anything that does not parse, so that a record that cannot be understood never
 * becomes a client with fewer rules.
 *
 *   client#<client_id>  record      a client, its version, its last change, since when it has the id (see since.ts), and secret hashes
 *                                   that an import replaced
 *   global              policy      the global policy, its version, and its last change
 *   global              exceptions  ids of clients that may use less than the global policy requires
 *   directory           <client_id> every client id ever added, in order
 *   changes             <change id> the change log
 *   documents           <client_id> clients by metadata document; see document-store.ts
 */

export const clientKey = (clientId: string) => ({ pk: `client#${clientId}`, sk: 'record' });
export const policyKey = { pk: 'global', sk: 'policy' };
export const exceptionsKey = { pk: 'global', sk: 'exceptions' };
export const directoryKey = (clientId: string) => ({ pk: 'directory', sk: clientId });
export const changeKey = (id: string) => ({ pk: 'changes', sk: id });

/** What is stored with every record: a version that counts up, and the last change, which is part of the same write. */
export type Versioned<Value> = { value: Value; version: number; lastChange: Change };

const mode = v.picklist(['enforce', 'report']);

const globalPolicy = v.object({
  default: v.picklist(pkcePolicies),
  floor: v.picklist(pkcePolicies),
  mode,
  floors: v.optional(
    v.object({ url: v.optional(v.picklist(pkcePolicies)), dynamic: v.optional(v.picklist(pkcePolicies)) }),
  ),
});

const client = v.object({
  clientId: v.string(),
  clientName: v.optional(v.string()),
  policyUri: v.optional(v.string()),
  tosUri: v.optional(v.string()),
  redirectUris: v.array(v.string()),
  tokenEndpointAuthMethod: v.picklist(clientAuthenticationMethods),
  secretHashes: v.array(v.string()),
  grantTypes: v.array(v.picklist(registrableGrantTypes)),
  scope: v.array(v.string()),
  allScopesOf: v.optional(v.array(v.string())),
  authorizationDetailsTypes: v.optional(v.array(v.string())),
  claims: v.optional(v.array(v.string())),
  idTokenClaims: v.optional(v.boolean()),
  firstParty: v.boolean(),
  disabled: v.boolean(),
  pkce: v.object({
    policy: v.picklist([...pkcePolicies, 'inherit']),
    mode: v.optional(mode),
    enforceAfter: v.optional(v.number()),
    waiver: v.optional(v.object({ owner: v.string(), reason: v.string(), until: v.number() })),
    acceptLowercaseMethod: v.optional(v.boolean()),
    acceptShortVerifier: v.optional(v.boolean()),
  }),
  responseTypes: v.optional(v.array(v.picklist(responseTypes))),
  postLogoutRedirectUris: v.optional(v.array(v.string())),
  backchannelLogoutUri: v.optional(v.string()),
  backchannelLogoutSessionRequired: v.optional(v.boolean()),
  idTokenSignedResponseAlg: v.optional(v.picklist(signingAlgorithms)),
  subjectType: v.optional(v.literal('pairwise')),
  sectorIdentifierUri: v.optional(v.string()),
  jwks: v.optional(v.object({ keys: v.array(v.looseObject({})) })),
  jwksUri: v.optional(v.string()),
  mayIntrospect: v.optional(v.boolean()),
  introspectionSignedResponseAlg: v.optional(v.picklist(signingAlgorithms)),
  refreshTokenIdleLifetime: v.optional(v.number()),
  refreshTokenLifetime: v.optional(v.number()),
  refreshTokenGrace: v.optional(v.number()),
  rotateRefreshTokens: v.optional(v.boolean()),
  mayAct: v.optional(v.string()),
  grantMaxUses: v.optional(v.number()),
  requirePushedAuthorizationRequests: v.optional(v.boolean()),
  requireSignedRequestObject: v.optional(v.boolean()),
  requestObjectSigningAlg: v.optional(v.picklist(requestObjectAlgorithms)),
  authorizationSignedResponseAlg: v.optional(v.picklist(signingAlgorithms)),
  dpopBoundAccessTokens: v.optional(v.boolean()),
  dpopNonceRequired: v.optional(v.boolean()),
  dpopReplayDetection: v.optional(v.boolean()),
  profile: v.optional(v.literal('fapi2')),
  strictAuthMethod: v.optional(v.boolean()),
  ignorePublicClientSecret: v.optional(v.boolean()),
  acceptDotlessSchemes: v.optional(v.boolean()),
  clientClass: v.optional(v.picklist(unregisteredClasses)),
  documentHash: v.optional(v.string()),
});

const change = v.looseObject({ id: v.string(), at: v.number(), by: v.string(), why: v.string() });

const versioned = v.object({ version: v.number(), lastChange: change });

export const toPolicy = (item: Item): GlobalPolicy => v.parse(globalPolicy, item['value']);

export const toVersionedPolicy = (item: Item): Versioned<GlobalPolicy> =>
  naming(item, () => ({ value: toPolicy(item), ...toVersion(item) }));

/** Parses the client of an item that is no record, and so has neither version nor secret. */
export const toClient = (item: Item): RegisteredClient => v.parse(client, item['value']);

/** Returns undefined for a removed client, whose record stays so that the change is not lost and can be undone. */
export const toVersionedClient = (item: Item): Versioned<RegisteredClient | undefined> =>
  naming(item, () => {
    const since = v.parse(v.optional(v.string()), item['since']);
    const value =
      item['value'] === undefined ? undefined : { ...v.parse(client, item['value']), ...(since && { since }) };
    if (value && needsSecret(value) && value.secretHashes.length === 0)
      throw new Error('a client with a secret has none');
    return { value, ...toVersion(item) };
  });

/** Whoever has to put a record right has to know which one it is. */
function naming<Value>(item: Item, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? Object.assign(error, { record: String(item['pk']) }) : error;
  }
}

/** What of a client is stored as its value: the mark stands beside it, where a version that does not know it leaves it alone. */
export function storedValue(client: RegisteredClient): Omit<RegisteredClient, 'since'> {
  const { since: _, ...value } = client;
  return value;
}

/** A record with the secret hashes that an import has replaced, if an import made its last change. */
export type StoredClient = Versioned<RegisteredClient | undefined> & {
  replacedSecrets?: readonly string[] | undefined;
};

export const toStoredClient = (item: Item): StoredClient => ({
  ...toVersionedClient(item),
  replacedSecrets: v.parse(v.optional(v.array(v.string())), item['replacedSecrets']),
});

export const toChange = (item: Item): Change => v.parse(change, item) as Change;

function toVersion(item: Item): { version: number; lastChange: Change } {
  const { version, lastChange } = v.parse(versioned, item);
  return { version, lastChange: lastChange as Change };
}
