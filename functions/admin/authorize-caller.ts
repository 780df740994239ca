import { isManager, type ManagementScope, managementApi } from '../../shared/apis/management-api.ts';
import { isPublic, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import { isOwnToken } from '../../shared/clients/since.ts';
import { isInForce, isOfClient } from '../../shared/grants/judge-standing.ts';
import { presentedToken, type TokenScheme } from '../../shared/http/bearer.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { operatorScope } from '../../shared/people/operators.ts';
import { type AccessTokenClaims, readAccessToken } from '../../shared/tokens/access-token.ts';
import { type ProveTokenDeps, proveToken } from '../../shared/tokens/prove-token.ts';
import { type ProofUses, useProof } from '../use-proof.ts';
import type { CallerDeps } from './operation.ts';

/** Who may make a request: `by` is for the change log. `person` is absent for a client that acts for itself. */
type Allowed = {
  client: string;
  by: string;
  person?: OperatorPerson;
  mayWrite: boolean;
  mayDelegate: boolean;
  /** Whether each DPoP proof of the client is taken once. */
  provesOnce: boolean;
  refusal?: never;
};

/** An operator, as they are called and as they are known. */
export type OperatorPerson = { name: string; sub: string };

/**
 * Who may make the request; or the refusal, with the client where it is known, for the audit log, and with the scheme of its token.
 * `nonce` is for the next DPoP proof.
 */
type Caller =
  | (Allowed & { nonce?: string | undefined })
  | { client?: string; scheme?: TokenScheme; person?: OperatorPerson; refusal: Refusal };

/**
 * Who may manage: the bearer of an access token for this API alone, with the scope. Either a client got it for itself (RFC 6749 §4.4), or
 * an operator signed in with a client that is registered for the scope. Both are asked for again at every request, so that whoever was
 * disabled, left the group or lost the scope is out at once. `mayDelegate`: whether the caller may also change clients that manage, and
 * make new ones.
 */
export async function authorizeCaller(
  request: HttpRequest,
  scope: ManagementScope,
  deps: CallerDeps & ProveTokenDeps & { assertions: ProofUses },
): Promise<Caller> {
  const presented = presentedToken(request);
  if (!presented.ok) return { refusal: presented.refusal };
  const { scheme, token } = presented.value;
  const claims = await readAccessToken(token, deps.issuer, await deps.publishedKeys(), deps.now());
  if (claims === undefined) return { refusal: { reason: 'access_token_invalid' }, scheme };
  const { method, path } = request;
  const sent = { method, urls: [deps.issuer + path], proof: request.header('dpop') };
  const proved = await proveToken({ scheme, token }, claims, sent, deps);
  if (!proved.ok) return { client: claims.client_id, refusal: proved.refusal, scheme };
  const caller = await judgeCaller(claims, scope, deps);
  if (caller.refusal) return { ...caller, scheme };
  // A proof does not cover the body: with another one, it would be another change.
  if (caller.provesOnce && 'jti' in proved.value && !(await useProof(proved.value, deps.assertions, deps.now()))) {
    return { client: claims.client_id, refusal: { reason: 'dpop_proof_replayed' }, scheme };
  }
  return { ...caller, nonce: proved.value.nonce };
}

/** The same for the claims of a token that was verified, and sent as it must be. */
export async function judgeCaller(
  claims: AccessTokenClaims,
  scope: ManagementScope,
  deps: CallerDeps,
): Promise<Allowed | { client: string; person?: OperatorPerson; refusal: Refusal }> {
  const { client_id: client, aud } = claims;
  // A list of audiences is refused, too: any other API in it could use the token here.
  if (aud !== managementApi(deps.issuer).resource) {
    return { client, refusal: { reason: 'access_token_for_another_api' } };
  }
  const insufficient = { client, refusal: { reason: 'scope_insufficient', scope } } as const;
  const granted = claims.scope?.split(' ') ?? [];
  if (!granted.includes(scope)) return insufficient;
  const registered = await deps.clients.find(client);
  if (registered === undefined || registered.disabled) return { client, refusal: { reason: 'access_token_invalid' } };
  const caller =
    claims.grant_id === undefined ? asClient(claims, registered) : await asOperator(claims, registered, deps);
  if ('refusal' in caller) return { client, refusal: caller.refusal };
  const mayStill = (wanted: ManagementScope) =>
    granted.includes(wanted) && registered.scope.includes(wanted) && caller.scope.includes(wanted);
  const { by, person } = caller;
  if (!mayStill(scope)) {
    return caller.isPerson
      ? { client, ...(person && { person }), refusal: { reason: 'not_an_operator', scope } }
      : insufficient;
  }
  return {
    client,
    by,
    ...(person && { person }),
    mayWrite: mayStill('pixy:write'),
    mayDelegate: mayStill('pixy:delegate'),
    provesOnce: registered.dpopReplayDetection === true,
  };
}

/** What a caller may do beside its token, and what the change log calls it. */
type Standing =
  | { by: string; person?: OperatorPerson; scope: readonly string[]; isPerson: boolean }
  | { refusal: Refusal };

function asClient({ sub, iat, client_id: client }: AccessTokenClaims, registered: RegisteredClient): Standing {
  if (!isOwnToken(iat, registered)) return { refusal: { reason: 'access_token_invalid' } };
  const isForItself = sub === client && !isPublic(registered) && registered.grantTypes.includes('client_credentials');
  return {
    by: client,
    scope: isForItself ? registered.scope.filter((value) => isManager({ scope: [value] })) : [],
    isPerson: false,
  };
}

/** The person of a token, by their account as it is now. Without operators it is nobody, and nobody who acts for a person manages. */
async function asOperator(
  { grant_id: grantId = '', sub, client_id: client, act }: AccessTokenClaims,
  registered: RegisteredClient,
  { subjects, operators }: CallerDeps,
): Promise<Standing> {
  const nobody = { by: client, scope: [], isPerson: operators !== undefined };
  if (operators === undefined || act !== undefined) return nobody;
  const { grant, standing, claims } = await subjects.findClaims(grantId, sub);
  if (!isInForce(grant, standing, sub) || !isOfClient(grant, registered))
    return { refusal: { reason: 'access_token_invalid' } };
  const { preferred_username: name } = claims;
  const isNamed = typeof name === 'string';
  return {
    by: `${isNamed ? `${name} (${grant.sub})` : grant.sub} with ${client}`,
    person: { name: isNamed ? name : grant.sub, sub: grant.sub },
    scope: operatorScope({ ...claims, sub: grant.sub }, operators),
    isPerson: true,
  };
}
