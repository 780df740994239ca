import * as v from 'valibot';
import { parseRedirectUri } from '../oauth/redirect-uri.ts';
import { openidScopes, parseScope } from '../oauth/scope.ts';
import { clientAuthenticationMethods } from '../oauth/server-metadata.ts';
import { isWeaker, pkcePolicies, publicClientFloor } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import { hashClientSecret } from './client-secret.ts';
import { type RegisteredClient, registrableGrantTypes } from './registered-client.ts';

/*
 * Client metadata in RFC 7591 §2's member names, checked and turned into a client.
 */

/** What is wrong with an entry: the member, and a sentence that goes on from its name. */
export type Mistake = { member: string; problem: string };

const redirectUri = v.pipe(
  v.string('is not a text'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const parsed = parseRedirectUri(dataset.value);
    if (!parsed.ok) addIssue({ message: parsed.refusal });
  }),
);

const scope = v.pipe(
  v.string('is not a text'),
  v.check((text) => parseScope(text).ok, 'has a character that a scope value cannot have'),
);

/** Members of RFC 7591 and OpenID Connect Registration that describe a client and change nothing here. */
const informative = [
  'application_type', 'client_uri', 'contacts', 'logo_uri', 'policy_uri', 'software_id', 'software_version', 'tos_uri',
  'client_id_issued_at', 'client_secret_expires_at', 'subject_type', 'id_token_signed_response_alg',
] as const; // biome-ignore format: a list of names

const metadata = v.object({
  client_id: v.pipe(
    v.string('is missing or not a text'),
    v.regex(/^[\x21-\x7e]{1,255}$/, 'is not 1 to 255 visible ASCII characters'),
  ),
  client_secret: v.optional(
    v.pipe(v.string('is not a text'), v.regex(/^[\x20-\x7e]{1,255}$/, 'is not 1 to 255 printable ASCII characters')),
  ),
  client_name: v.optional(v.pipe(v.string('is not a text'), v.maxLength(200, 'is longer than 200 characters'))),
  redirect_uris: v.optional(
    v.pipe(v.array(redirectUri, 'is not a list'), v.maxLength(100, 'has more than 100 entries')),
    [],
  ),
  token_endpoint_auth_method: v.optional(
    v.picklist(clientAuthenticationMethods, `is not one of ${clientAuthenticationMethods.join(', ')}`),
  ),
  grant_types: v.optional(
    v.array(v.picklist(registrableGrantTypes, `is not one of ${registrableGrantTypes.join(', ')}`), 'is not a list'),
    ['authorization_code'],
  ),
  response_types: v.optional(v.array(v.picklist(['code'], 'is not code'), 'is not a list')),
  scope: v.optional(scope, openidScopes.join(' ')),
  first_party: v.optional(v.boolean('is not true or false'), false),
  pkce_policy: v.optional(
    v.picklist([...pkcePolicies, 'inherit'], `is not one of ${pkcePolicies.join(', ')}, inherit`),
    'inherit',
  ),
});

const known = new Set([...Object.keys(metadata.entries), ...informative]);

/**
 * RFC 7591 §2 with our `pkce_policy` and `first_party`. Takes parsed JSON. Without `token_endpoint_auth_method` a client with a
 * secret uses `client_secret_basic` and one without is public. Refuses with the member that is wrong, unknown members included.
 */
export async function parseRegistration(json: unknown): Promise<Result<RegisteredClient, Mistake>> {
  const parsed = v.safeParse(metadata, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return refuse({ member: v.getDotPath(issue) ?? 'entry', problem: issue.path ? issue.message : 'is not an object' });
  }
  const stranger = Object.keys(json as object).find((member) => !known.has(member));
  if (stranger !== undefined) return refuse({ member: stranger, problem: 'is not a member of client metadata' });

  const input = parsed.output;
  const method =
    input.token_endpoint_auth_method ?? (input.client_secret === undefined ? 'none' : 'client_secret_basic');
  const contradiction = findContradiction(input, method);
  if (contradiction) return refuse(contradiction);
  return ok({
    clientId: input.client_id,
    clientName: input.client_name,
    redirectUris: input.redirect_uris,
    tokenEndpointAuthMethod: method,
    secretHashes: input.client_secret === undefined ? [] : [await hashClientSecret(input.client_secret)],
    grantTypes: input.grant_types,
    scope: input.scope.split(' ').filter((value) => value !== ''),
    firstParty: input.first_party,
    disabled: false,
    pkce: { policy: input.pkce_policy },
  });
}

/** Rules that take more than one member. */
function findContradiction(
  input: v.InferOutput<typeof metadata>,
  method: RegisteredClient['tokenEndpointAuthMethod'],
): Mistake | undefined {
  if (method === 'none' && input.client_secret !== undefined) {
    return { member: 'client_secret', problem: 'is given, but token_endpoint_auth_method none means a public client' };
  }
  if (method !== 'none' && input.client_secret === undefined) {
    return { member: 'client_secret', problem: `is missing, and token_endpoint_auth_method ${method} needs it` };
  }
  if (method === 'none' && input.pkce_policy !== 'inherit' && isWeaker(input.pkce_policy, publicClientFloor)) {
    return {
      member: 'pkce_policy',
      problem: 'is none, and a public client must use PKCE: choose any or S256, or register client authentication',
    };
  }
  if (input.grant_types.includes('authorization_code') && input.redirect_uris.length === 0) {
    return { member: 'redirect_uris', problem: 'is empty, and the authorization_code grant needs one' };
  }
  if (input.grant_types.includes('client_credentials') && method === 'none') {
    return { member: 'grant_types', problem: 'has client_credentials, and a public client cannot use it' };
  }
  return undefined;
}
