import type { JWTPayload } from 'jose';
import { isManagementScope } from '../../../shared/apis/management-api.ts';
import type { RegisteredApi } from '../../../shared/apis/registered-api.ts';
import { findApis, resourcesOf } from '../../../shared/apis/token-target.ts';
import { whatWasDropped } from '../../../shared/audit/decision.ts';
import type { AuthenticatedClient } from '../../../shared/clients/client-authentication.ts';
import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import type { AssertedGrantStore } from '../../../shared/grants/asserted-grant-store.ts';
import type { Grant } from '../../../shared/grants/grant.ts';
import { judgeStanding } from '../../../shared/grants/judge-standing.ts';
import { acrOf } from '../../../shared/oauth/authentication-context.ts';
import { multiple, type Parameters, single } from '../../../shared/oauth/parameters.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { parseScope, wasNarrowed } from '../../../shared/oauth/scope.ts';
import { clientEpochOf } from '../../../shared/people/still-valid.ts';
import { randomBytes } from '../../../shared/random-bytes.ts';
import { ok, type Result, refuse } from '../../../shared/result.ts';
import type { LinkedAccount, LinkedAccountStore } from '../../../shared/upstream/linked-account-store.ts';
import type { SubjectsOf } from '../../subjects-of.ts';
import type { FlowOutcome, TokenDeps } from '../grant-flow.ts';
import { limitGrants } from '../limit-grants.ts';
import { loadAccessTokenKey, tokenResponse } from '../token-response.ts';
import { type Taken, useOnce } from './take-assertion.ts';

/** What only this grant needs. */
export type IdentityDeps = { linkedAccounts: LinkedAccountStore; grants: AssertedGrantStore; subjectsOf: SubjectsOf };

/**
 * A token for a person whom an identity provider asserts (draft-ietf-oauth-identity-assertion-authz-grant): of the account that issuer
 * and subject are linked to, for what the assertion names at most. It stands on a grant of its own, so that the person sees the app and
 * can end it, and that it ends with the account. Nothing but the two writes is left to fail when the assertion is marked as used.
 */
export async function identityToken(
  form: Parameters,
  client: AuthenticatedClient,
  taken: Taken,
  deps: TokenDeps,
  own: IdentityDeps,
  jkt: string | undefined,
): Promise<FlowOutcome> {
  const now = deps.now();
  const note = { client: client.clientId };
  const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });
  const { claims, issuer } = taken.assertion;

  const apis = apisOf(claims, multiple(form, 'resource'), await deps.apis.list());
  if (!apis.ok) return refused(apis.refusal);
  const requested = single(form, 'scope');
  const scope = scopeOf(taken, requested, client);
  if (!scope.ok) return refused(scope.refusal);
  const [key, account] = await Promise.all([
    loadAccessTokenKey(client, deps),
    own.linkedAccounts.find({ issuer, subject: String(claims.sub) }),
  ]);
  if (!key.ok) return refused(key.refusal);
  if (account === undefined) return refused({ reason: 'assertion_subject_unknown' });
  const subjects = await own.subjectsOf(client);
  if (!subjects.ok) return refused(subjects.refusal);
  const subject = subjects.value(account.sub, account.standing);
  const grant = grantFor({ ...account, subject }, client, claims, { scope: scope.value, apis: apis.value }, now);
  const ended = judgeStanding(grant, account.standing);
  if (ended) return refused(ended);
  const answer = { client, person: account.claims, scope: scope.value, apis: apis.value, jkt };
  const tokens = await tokenResponse(grant, answer, { accessTokenKey: key.value, idTokenKey: key.value }, deps, now);
  if (!tokens.ok) return refused(tokens.refusal);

  if (!(await useOnce(taken, deps))) return refused({ reason: 'assertion_replayed' });
  await own.grants.begin({ ...grant, expiresAt: now + tokens.value.tokens.expires_in });
  await limitGrants(grant.id, grant.sub, client.clientId, deps);
  const dropped = whatWasDropped(wasNarrowed(requested, scope.value), tokens.value.hasDroppedClaims);
  return {
    ok: true,
    tokens: { ...tokens.value.tokens, ...resourceMember(grant.resources) },
    note: { ...note, dropped },
  };
}

/** Which APIs the token is for, if any were named: the client may not know what the assertion says. */
const resourceMember = ([first, ...others]: readonly string[]) =>
  first === undefined ? {} : { resource: others.length === 0 ? first : [first, ...others] };

/** The APIs that the assertion names, or those of them that the request asks for (RFC 8707 §2.2). */
function apisOf(
  { resource = [] }: JWTPayload,
  requested: readonly string[],
  registered: readonly RegisteredApi[],
): Result<RegisteredApi[], Refusal> {
  const named = [resource].flat();
  if (!named.every((one) => typeof one === 'string')) return refuse({ reason: 'assertion_invalid' });
  const asserted = findApis(named, registered);
  if (!asserted.ok || requested.length === 0) return asserted;
  const wanted = findApis(requested, registered);
  if (!wanted.ok) return wanted;
  const isAsserted = wanted.value.every((api) => asserted.value.includes(api));
  return isAsserted ? wanted : refuse({ reason: 'resource_not_granted' });
}

/** What the assertion names and the client may have, or what the request asks for of it. There is no sign-in to say anything about. */
function scopeOf(
  { trust, assertion }: Taken,
  requested: string | undefined,
  client: AuthenticatedClient,
): Result<string[], Refusal> {
  const { scope: named = '' } = assertion.claims;
  if (typeof named !== 'string') return refuse({ reason: 'assertion_invalid' });
  const wanted = parseScope(requested ?? named);
  if (!wanted.ok) return requested === undefined ? refuse({ reason: 'assertion_invalid' }) : wanted;
  const asserted = named.split(' ');
  const scope = wanted.value.filter(
    (value) =>
      asserted.includes(value) &&
      client.scope.includes(value) &&
      (trust.scope === undefined || trust.scope.includes(value)) &&
      !['openid', 'offline_access'].includes(value) &&
      !isManagementScope(value),
  );
  return requested !== undefined && scope.length === 0 ? refuse({ reason: 'scope_wider_than_granted' }) : ok(scope);
}

function grantFor(
  { sub, subject, standing }: LinkedAccount & Pick<Grant, 'subject'>,
  { clientId, since }: RegisteredClient,
  { auth_time: authTime, iat = 0 }: JWTPayload,
  { scope, apis }: { scope: readonly string[]; apis: readonly RegisteredApi[] },
  now: number,
): Grant {
  return {
    id: randomBytes(32).toString('base64url'),
    state: 'redeemed',
    clientId,
    clientSince: since,
    sub,
    subject,
    epoch: standing.epoch,
    clientEpoch: clientEpochOf(standing, clientId),
    scope,
    resources: resourcesOf(apis),
    redirectUri: '',
    redirectUriSent: false,
    authTime: Math.floor(typeof authTime === 'number' ? authTime : iat),
    amr: [],
    acr: acrOf([]),
    issuedAt: now,
    redeemedAt: now,
    expiresAt: now,
  };
}
