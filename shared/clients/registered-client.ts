import type { SigningAlgorithm } from '../keys/signing-key.ts';
import { type ClaimsByScope, standardClaimsByScope } from '../oauth/claims.ts';
import type { ResponseType } from '../oauth/response-type.ts';
import {
  type ClientAuthenticationMethod,
  type GrantType,
  grantTypes,
  type RequestObjectAlgorithm,
} from '../oauth/server-metadata.ts';
import type { ClientPolicySettings, UnregisteredClass } from '../pkce/policy.ts';

/** The grant types a client may be registered for: all there are, whether the deployment serves them or not. */
export const registrableGrantTypes = grantTypes;
export type RegistrableGrantType = GrantType;

/** A client with its PKCE policy. Those that nobody registered by hand have a class, and the same shape. */
export type RegisteredClient = {
  clientId: string;
  clientName?: string | undefined;
  /** What the client does with what it learns about people, and its terms. The consent page links to them if they are https. */
  policyUri?: string | undefined;
  tosUri?: string | undefined;
  redirectUris: readonly string[];
  tokenEndpointAuthMethod: ClientAuthenticationMethod;
  /** Hashes of the secrets that are valid now (two during a rotation); see client-secret.ts. */
  secretHashes: readonly string[];
  grantTypes: readonly RegistrableGrantType[];
  scope: readonly string[];
  /** Ours: the resources of APIs whose scope values the client may ask for, all of them, besides those in `scope`. */
  allScopesOf?: readonly string[] | undefined;
  /** The types of authorization details that the client may ask for (RFC 9396 §10). Default: none. */
  authorizationDetailsTypes?: readonly string[] | undefined;
  /** Ours: claims that the client may ask for by name (OpenID Connect Core §5.5), besides those of its scope. */
  claims?: readonly string[] | undefined;
  /** Ours: ID tokens from the token endpoint have the claims of the granted scope, too, for clients that never ask userinfo. */
  idTokenClaims?: boolean | undefined;
  /** Ours: the person is not asked for consent. */
  firstParty: boolean;
  disabled: boolean;
  pkce: Omit<ClientPolicySettings, 'isPublic' | 'clientClass'>;
  /** Ours: absent when somebody registered the client. */
  clientClass?: UnregisteredClass | undefined;
  /** Of a client that may describe itself anew: a hash of its redirect URIs and keys. What a person allows, they allow for these. */
  documentHash?: string | undefined;
  /** Of a client that registered itself: when it goes unless it is used, in epoch seconds. Read with the record, not part of it. */
  expiresAt?: number | undefined;
  /** Which of the clients that have had this id it is; see since.ts. Stored with the record, beside what can be set. */
  since?: string | undefined;
  /** Default: `code` alone. */
  responseTypes?: readonly ResponseType[] | undefined;
  /** Where a sign-out may send the browser (OpenID Connect RP-Initiated Logout §3.1). */
  postLogoutRedirectUris?: readonly string[] | undefined;
  /** Where to send a logout token, always with a `sid`, when a session ends (OpenID Connect Back-Channel Logout §2.2). */
  backchannelLogoutUri?: string | undefined;
  backchannelLogoutSessionRequired?: boolean | undefined;
  /** Default: the server's first algorithm. */
  idTokenSignedResponseAlg?: SigningAlgorithm | undefined;
  /** Knows people by subjects of its sector alone (OpenID Connect Core §8). Default: `public`. */
  subjectType?: 'pairwise' | undefined;
  sectorIdentifierUri?: string | undefined;
  /** Keys for `private_key_jwt`, by value or by the URI to fetch them from. */
  jwks?: { keys: readonly object[] } | undefined;
  jwksUri?: string | undefined;
  /** Ours: marks a resource server that may introspect tokens (RFC 7662 §2.1). */
  mayIntrospect?: boolean | undefined;
  /** RFC 9701 §6. Default: the server's first algorithm. */
  introspectionSignedResponseAlg?: SigningAlgorithm | undefined;
  /** Ours: lifetimes of refresh tokens in seconds. Default: the server's. */
  refreshTokenIdleLifetime?: number | undefined;
  refreshTokenLifetime?: number | undefined;
  /** Ours: how many seconds a refresh token still works after its successor was used, instead of the server's. */
  refreshTokenGrace?: number | undefined;
  /** Ours: `false` for a client that keeps its refresh token; public clients cannot (RFC 9700 §4.14.2). */
  rotateRefreshTokens?: boolean | undefined;
  /** Ours: the only client that may act for people by this one's tokens (RFC 8693 §4.4). Default: any that is registered for it. */
  mayAct?: string | undefined;
  /** Ours: how often tokens may be had by a grant after its code: by refreshing it, and by clients that act. Default: no limit. */
  grantMaxUses?: number | undefined;
  /** Its authorization requests count only when it pushed them (RFC 9126 §6). */
  requirePushedAuthorizationRequests?: boolean | undefined;
  /** Its authorization requests count only when it signed them (RFC 9101 §10.5), and with which algorithm. */
  requireSignedRequestObject?: boolean | undefined;
  requestObjectSigningAlg?: RequestObjectAlgorithm | undefined;
  /** Signs the answers of the authorization endpoint to it (JARM §3). Default: the server's first algorithm. */
  authorizationSignedResponseAlg?: SigningAlgorithm | undefined;
  /** The client sends a DPoP proof with every token request, so that its tokens are bound to its key (RFC 9449 §5.2). */
  dpopBoundAccessTokens?: boolean | undefined;
  /** Ours: its proofs need a nonce of this server, also where others' do not. */
  dpopNonceRequired?: boolean | undefined;
  /** Ours: each of its proofs is taken once by the token endpoint (RFC 9449 §11.1). */
  dpopReplayDetection?: boolean | undefined;
  /** Ours: the security profile that it is held to, whatever its other settings say; see profile.ts. */
  profile?: 'fapi2' | undefined;
  /** Off, because it cannot be held to the profile that the deployment demands. Decided when it is read, and not part of the record. */
  isUnfit?: boolean | undefined;
  /** Ours: takes the secret only in the place that `tokenEndpointAuthMethod` says. Default: in the header or the form. */
  strictAuthMethod?: boolean | undefined;
  /** Ours: a public client that sends a secret is taken as one that sends none. */
  ignorePublicClientSecret?: boolean | undefined;
  /** Ours: its redirect URIs may have private-use schemes without a dot. */
  acceptDotlessSchemes?: boolean | undefined;
};

/** What is on for a client beyond the switches of its PKCE policy. Every list and report shows it. */
const clientSwitches = [
  'requirePushedAuthorizationRequests',
  'requireSignedRequestObject',
  'strictAuthMethod',
  'ignorePublicClientSecret',
  'acceptDotlessSchemes',
] as const;
export type ClientSwitch = (typeof clientSwitches)[number];

export const switchesOn = (client: Pick<RegisteredClient, ClientSwitch>): ClientSwitch[] =>
  clientSwitches.filter((name) => client[name]);

/** A public client cannot authenticate (RFC 6749 §2.1). */
export const isPublic = (client: RegisteredClient): boolean => client.tokenEndpointAuthMethod === 'none';

/** Whether the client may ask for this claim by name: its scope has it, or it is registered by itself. */
export const mayAskFor = (
  { scope, claims = [] }: Pick<RegisteredClient, 'scope' | 'claims'>,
  name: string,
  byScope: ClaimsByScope = standardClaimsByScope,
): boolean => claims.includes(name) || scope.some((value) => byScope.get(value)?.includes(name));

export type SecretMethod = Extract<ClientAuthenticationMethod, `client_secret_${string}`>;

const isSecretMethod = (method: ClientAuthenticationMethod): method is SecretMethod =>
  method.startsWith('client_secret_');

export const needsSecret = (client: Pick<RegisteredClient, 'tokenEndpointAuthMethod'>): boolean =>
  isSecretMethod(client.tokenEndpointAuthMethod);

/** Whether the client may authenticate so. Its secret proves as much in the header as in the form, unless the client is strict. */
export const mayAuthenticateBy = (
  method: ClientAuthenticationMethod,
  client: Pick<RegisteredClient, 'tokenEndpointAuthMethod' | 'strictAuthMethod'>,
): boolean =>
  method === client.tokenEndpointAuthMethod ||
  (isSecretMethod(method) && needsSecret(client) && client.strictAuthMethod !== true);

/** Under a profile, PKCE has no exceptions. */
export const policySettings = (client: RegisteredClient): ClientPolicySettings => ({
  ...(client.profile === undefined ? client.pkce : ({ policy: 'S256', mode: 'enforce' } as const)),
  isPublic: isPublic(client),
  clientClass: client.clientClass,
});
