import type { SigningAlgorithm } from '../keys/signing-key.ts';
import type { Mistake } from '../mistake.ts';
import type { Refusal } from '../oauth/refusal.ts';
import type { RegisteredClient } from './registered-client.ts';

/*
 * The FAPI 2.0 Security Profile as a setting of a client. It adds no way of its own through the code: it only forbids what the
 * profile forbids, whatever the other settings say.
 */

/** FAPI 2.0 §5.4.1: what is signed for such a client. */
export const profileAlgorithms = ['PS256', 'ES256', 'EdDSA'] as const;

/** What it signs with: the same, of which the last has two names. */
export const profileClientAlgorithms = [...profileAlgorithms, 'Ed25519'] as const;

/** FAPI 2.0 §5.3.2.1, in seconds. */
const longestCodeLifetime = 60;

/** What a server announces where every client is held to the profile. */
export const allowedByProfile = {
  methods: ['private_key_jwt'],
  algorithms: profileClientAlgorithms,
  responseTypes: ['code'],
} as const;

export const isUnderProfile = ({ profile }: Pick<RegisteredClient, 'profile'>): boolean => profile !== undefined;

/** How long its codes live, in seconds. `usual` is the setting of the server. */
export const codeLifetimeFor = (client: RegisteredClient, usual: number): number =>
  isUnderProfile(client) ? Math.min(usual, longestCodeLifetime) : usual;

/**
 * Returns the client with everything that its profile demands: pushed requests, tokens that are bound to a key,
 * proofs that work once, and a refresh token that stays the same, because rotating it locks out a client that loses a response. `policySettings` takes care of S256.
 */
function underProfile(client: RegisteredClient): RegisteredClient {
  if (!isUnderProfile(client)) return client;
  return {
    ...client,
    requirePushedAuthorizationRequests: true,
    dpopBoundAccessTokens: true,
    dpopReplayDetection: true,
    rotateRefreshTokens: false,
  };
}

/** What a deployment demands of every client, and what signs for those that are registered for no algorithm. */
export type Demand = { profile: 'fapi2'; algorithm: SigningAlgorithm };

/** Holds a client to its own profile, or to the one that the deployment demands; a client that cannot be held to it is off. */
export function heldTo(client: RegisteredClient, demand: Demand | undefined): RegisteredClient {
  if (demand === undefined) return underProfile(client);
  const held = underProfile({
    ...client,
    profile: demand.profile,
    idTokenSignedResponseAlg: client.idTokenSignedResponseAlg ?? demand.algorithm,
  });
  return profileMistakes({ ...held, pkce: policyAlone }).length === 0
    ? held
    : { ...held, disabled: true, isUnfit: true };
}

/** Whatever it is, S256 takes its place. */
const policyAlone = { policy: 'inherit' } as const;

/** Why a client that is off is off. */
export const whyOff = ({
  isUnfit,
}: RegisteredClient): Extract<Refusal, { reason: 'client_disabled' | 'client_unfit' }> => ({
  reason: isUnfit ? 'client_unfit' : 'client_disabled',
});

type Judged = Omit<RegisteredClient, 'clientId' | 'secretHashes'>;

/** What of a client contradicts the profile: none of it can be demanded, only changed. Empty when nothing stands in the way. */
export function profileMistakes(client: Judged): Mistake[] {
  const { tokenEndpointAuthMethod: method, responseTypes = ['code'], pkce } = client;
  const isFit = (algorithm: string | undefined) => (profileClientAlgorithms as readonly unknown[]).includes(algorithm);
  const suits = `is not one of ${profileAlgorithms.join(', ')}, which FAPI 2.0 allows`;
  const algorithms = {
    authorization_signed_response_alg: client.authorizationSignedResponseAlg,
    introspection_signed_response_alg: client.introspectionSignedResponseAlg,
    request_object_signing_alg: client.requestObjectSigningAlg,
  };
  const mistakes: [isWrong: boolean, member: string, problem: string][] = [
    [method !== 'private_key_jwt', 'token_endpoint_auth_method', `is ${method}, and FAPI 2.0 needs private_key_jwt`],
    [
      responseTypes.some((type) => type !== 'code'),
      'response_types',
      'has more than code, and FAPI 2.0 allows nothing else',
    ],
    [!isFit(client.idTokenSignedResponseAlg), 'id_token_signed_response_alg', suits],
    ...Object.entries(algorithms).map(([member, algorithm]): [boolean, string, string] => [
      algorithm !== undefined && !isFit(algorithm),
      member,
      suits,
    ]),
    [!['inherit', 'S256'].includes(pkce.policy), 'pkce_policy', `is ${pkce.policy}, and FAPI 2.0 needs S256`],
    [
      client.requirePushedAuthorizationRequests === false,
      'require_pushed_authorization_requests',
      'is false, and FAPI 2.0 needs it',
    ],
    [client.dpopBoundAccessTokens === false, 'dpop_bound_access_tokens', 'is false, and FAPI 2.0 needs it'],
    [client.rotateRefreshTokens === true, 'rotate_refresh_tokens', 'is true, and FAPI 2.0 forbids it'],
  ];
  return mistakes.flatMap(([isWrong, member, problem]) => (isWrong ? [{ member, problem }] : []));
}
