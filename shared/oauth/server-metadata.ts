import { announcedMethods, type PkcePolicy } from '../pkce/policy.ts';
import { endpoints } from './endpoints.ts';
import { openidScopes } from './scope.ts';

/** How a client may authenticate (RFC 7591 §2, `token_endpoint_auth_method`). */
export const clientAuthenticationMethods = ['client_secret_basic', 'client_secret_post', 'none'] as const;
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

/** What the token endpoint exchanges (RFC 7591 §2, `grant_types`). */
export const grantTypes = ['authorization_code'] as const;
export type GrantType = (typeof grantTypes)[number];

/**
 * RFC 8414 §2 and OpenID Connect Discovery 1.0 §3, the same document at both addresses.
 * `policies` are the ones in force for some client, so that what is announced is what works.
 */
export const serverMetadata = (issuer: string, algorithms: readonly string[], policies: readonly PkcePolicy[]) => ({
  issuer,
  authorization_endpoint: issuer + endpoints.authorize,
  token_endpoint: issuer + endpoints.token,
  jwks_uri: issuer + endpoints.jwks,
  scopes_supported: openidScopes,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: grantTypes,
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: algorithms,
  token_endpoint_auth_methods_supported: clientAuthenticationMethods,
  code_challenge_methods_supported: announcedMethods(policies),
  authorization_response_iss_parameter_supported: true,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
  claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce'],
});
