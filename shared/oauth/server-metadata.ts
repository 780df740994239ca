import { announcedMethods, type PkcePolicy } from '../pkce/policy.ts';
import { acrValues } from './authentication-context.ts';
import { standardClaims } from './claims.ts';
import { endpoints } from './endpoints.ts';
import { responseModes, responseTypes } from './response-type.ts';
import { openidScopes } from './scope.ts';

/** How a client may authenticate (RFC 7591 §2, `token_endpoint_auth_method`; RFC 7523 for `private_key_jwt`). */
export const clientAuthenticationMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const;
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

/** RFC 7523 §2.1: an assertion of somebody whom the operator trusts. */
export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** RFC 8693 §2.1: a token of a person for one of a client that acts for them. */
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** RFC 8628 §3.4. */
export const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** What the token endpoint exchanges (RFC 7591 §2, `grant_types`). Some only where a deployment switched them on. */
export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  deviceCodeGrant,
  jwtBearer,
  tokenExchange,
] as const;
export type GrantType = (typeof grantTypes)[number];

/** What a deployment switches on for its clients. */
export type SwitchedOn = {
  deviceAuthorization: boolean;
  pushedRequests: 'off' | 'accepted' | 'required';
  jwtBearer: boolean;
  tokenExchange: boolean;
  signedIntrospection: boolean;
  pairwiseSubjects: boolean;
};

/** The grant types that a deployment serves: what is off is as unknown as what never was. */
export function servedGrantTypes(switchedOn: SwitchedOn): GrantType[] {
  const isOn: Partial<Record<GrantType, boolean>> = {
    [deviceCodeGrant]: switchedOn.deviceAuthorization,
    [jwtBearer]: switchedOn.jwtBearer,
    [tokenExchange]: switchedOn.tokenExchange,
  };
  return grantTypes.filter((type) => isOn[type] ?? true);
}

/*
 * The algorithms that clients sign with: never symmetric, never `none`. `Ed25519` is the name of RFC 9864 for what `EdDSA` means here;
 * some libraries know no other.
 */

/** The algorithms for client assertions. */
export const assertionAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

/** The algorithms for request objects (RFC 9101), the ones of FAPI 2.0 first. */
export const requestObjectAlgorithms = ['PS256', 'ES256', 'EdDSA', 'Ed25519', 'RS256'] as const;
export type RequestObjectAlgorithm = (typeof requestObjectAlgorithms)[number];
/** The algorithms for DPoP proofs (RFC 9449 §5.1). */
export const proofAlgorithms = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256', 'ES384', 'ES512'] as const;
export type ProofAlgorithm = (typeof proofAlgorithms)[number];

/** Claims of ID tokens that say nothing about the person. */
const tokenClaims = ['iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'at_hash'];

/** The settings in force, which are announced besides the constants. */
export type InForce = {
  algorithms: readonly string[];
  policies: readonly PkcePolicy[];
  scopes: readonly string[];
  /** Claims of scope values beyond those of OpenID Connect. */
  claims: readonly string[];
  /** The registered types of authorization details. */
  detailTypes: readonly string[];
  /** The languages of the pages, as BCP 47 tags. */
  languages: readonly string[];
  /** Whether a client id may be the URL of a document. */
  metadataDocuments: boolean;
  /** Whether clients may register themselves. */
  clientRegistration: boolean;
  /** Narrows what is announced to what a profile allows; absent where clients are not held to one. */
  allowed?: Allowed | undefined;
} & SwitchedOn;

/** What clients that are all held to a profile may do. */
export type Allowed = { methods: readonly string[]; algorithms: readonly string[]; responseTypes: readonly string[] };

/**
 * Returns the metadata of RFC 8414 §2 and OpenID Connect Discovery 1.0 §3, the same document at both URLs. `policies` are those
 * in force for at least one client, so that what is announced is what works.
 */
export const serverMetadata = (
  issuer: string,
  {
    algorithms,
    policies,
    scopes,
    claims,
    detailTypes,
    languages,
    metadataDocuments,
    clientRegistration,
    allowed,
    ...switchedOn
  }: InForce,
) => ({
  issuer,
  authorization_endpoint: issuer + endpoints.authorize,
  token_endpoint: issuer + endpoints.token,
  // RFC 8628 §4
  ...(switchedOn.deviceAuthorization && { device_authorization_endpoint: issuer + endpoints.deviceAuthorization }),
  // RFC 9126 §5
  ...(switchedOn.pushedRequests !== 'off' && {
    pushed_authorization_request_endpoint: issuer + endpoints.par,
    require_pushed_authorization_requests: switchedOn.pushedRequests === 'required',
  }),
  userinfo_endpoint: issuer + endpoints.userinfo,
  revocation_endpoint: issuer + endpoints.revoke,
  introspection_endpoint: issuer + endpoints.introspect,
  end_session_endpoint: issuer + endpoints.signOut,
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  jwks_uri: issuer + endpoints.jwks,
  scopes_supported: [...new Set([...openidScopes, ...scopes])],
  // RFC 9396 §10
  ...(detailTypes.length > 0 && { authorization_details_types_supported: detailTypes }),
  response_types_supported: allowed?.responseTypes ?? responseTypes,
  response_modes_supported: responseModes,
  // JARM §4
  authorization_signing_alg_values_supported: algorithms,
  grant_types_supported: servedGrantTypes(switchedOn),
  ...(switchedOn.jwtBearer && {
    authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
  }),
  // draft-ietf-oauth-refresh-token-expiration
  refresh_token_expiration_types_supported: ['authorization', 'token_timeout'],
  subject_types_supported: switchedOn.pairwiseSubjects ? ['public', 'pairwise'] : ['public'],
  id_token_signing_alg_values_supported: algorithms,
  token_endpoint_auth_methods_supported: allowed?.methods ?? clientAuthenticationMethods,
  token_endpoint_auth_signing_alg_values_supported: allowed?.algorithms ?? assertionAlgorithms,
  revocation_endpoint_auth_methods_supported: allowed?.methods ?? clientAuthenticationMethods,
  revocation_endpoint_auth_signing_alg_values_supported: allowed?.algorithms ?? assertionAlgorithms,
  introspection_endpoint_auth_methods_supported:
    allowed?.methods ?? clientAuthenticationMethods.filter((method) => method !== 'none'),
  introspection_endpoint_auth_signing_alg_values_supported: allowed?.algorithms ?? assertionAlgorithms,
  // RFC 9701 §7
  ...(switchedOn.signedIntrospection && { introspection_signing_alg_values_supported: algorithms }),
  dpop_signing_alg_values_supported: allowed?.algorithms ?? proofAlgorithms,
  code_challenge_methods_supported: announcedMethods(policies),
  authorization_response_iss_parameter_supported: true,
  ...(clientRegistration && { registration_endpoint: issuer + endpoints.clientRegistration }),
  ...(metadataDocuments && { client_id_metadata_document_supported: true }),
  request_parameter_supported: switchedOn.pushedRequests !== 'off',
  ...(switchedOn.pushedRequests !== 'off' && {
    request_object_signing_alg_values_supported: allowed?.algorithms ?? requestObjectAlgorithms,
  }),
  request_uri_parameter_supported: false,
  claims_parameter_supported: true,
  acr_values_supported: acrValues,
  ui_locales_supported: languages,
  claims_supported: [...new Set([...tokenClaims, ...standardClaims, ...claims])],
});
