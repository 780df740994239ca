import type { ApiReader } from '../../shared/apis/api-store.ts';
import { withWholeScope } from '../../shared/apis/client-scope.ts';
import { claimsByScope } from '../../shared/apis/registered-scope.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { mayAskFor } from '../../shared/clients/registered-client.ts';
import { isInForce, isOfClients } from '../../shared/grants/judge-standing.ts';
import type { SubjectStore } from '../../shared/grants/subject-store.ts';
import type { Hooks } from '../../shared/hooks/hooks.ts';
import { presentedToken, type TokenScheme, tokenRefusalReply } from '../../shared/http/bearer.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { jsonReply, nonceHeader } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import { type ClaimsByScope, releasedClaims, standardClaimsByScope } from '../../shared/oauth/claims.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, type Parameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { isOpenidScope } from '../../shared/oauth/scope.ts';
import { urlsOf } from '../../shared/proof/urls-of.ts';
import { actorsOf, readAccessToken } from '../../shared/tokens/access-token.ts';
import { type ProveTokenDeps, proveToken } from '../../shared/tokens/prove-token.ts';

export type UserinfoDeps = ProveTokenDeps & {
  issuer: string;
  publishedKeys: () => Promise<JwkSet>;
  subjects: Pick<SubjectStore, 'findClaims'>;
  clients: Pick<ClientReader, 'find' | 'findRegistered'>;
  apis: ApiReader;
  hooks: Pick<Hooks, 'claims'>;
  writeLine: WriteLine;
  now: () => number;
};

/** OpenID Connect Core §5.3: claims about the person, by GET, or by POST with the token in the header or in the form. */
export const userinfoHandler = (deps: UserinfoDeps) =>
  endpoint({
    name: 'userinfo',
    methods: { GET: (request) => userinfo(request, undefined, deps), POST: (request) => post(request, deps) },
    tell: (refusal) => tokenRefusalReply(refusal, deps.issuer),
    crossOrigin: true,
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function post(request: HttpRequest, deps: UserinfoDeps): Promise<Answer> {
  if (request.body.bytes === 0) return userinfo(request, undefined, deps);
  const form = admitClear(readForm(request));
  return form.ok ? userinfo(request, form.value, deps) : refusing('Bearer', deps)(form.refusal);
}

async function userinfo(request: HttpRequest, form: Parameters | undefined, deps: UserinfoDeps): Promise<Answer> {
  const presented = presentedToken(request, form);
  if (!presented.ok) return refusing('Bearer', deps)(presented.refusal);
  const { scheme, token } = presented.value;
  const refused = refusing(scheme, deps);
  const claims = await readAccessToken(token, deps.issuer, await deps.publishedKeys(), deps.now());
  if (claims === undefined) return refused({ reason: 'access_token_invalid' });
  const client = claims.client_id;
  const { method } = request;
  const urls = urlsOf(deps.issuer, endpoints.userinfo, request);
  const proved = await proveToken({ scheme, token }, claims, { method, urls, proof: request.header('dpop') }, deps);
  if (!proved.ok) return refused(proved.refusal, client);
  const scope = claims.scope?.split(' ') ?? [];
  if (!scope.includes('openid') || claims.grant_id === undefined) {
    return refused({ reason: 'scope_insufficient', scope: 'openid' }, client);
  }
  if (![claims.aud].flat().includes(deps.issuer)) {
    return refused({ reason: 'access_token_for_another_api' }, client);
  }
  // The grant and the account are asked, too: what was revoked or taken back ends here at once, not when its token expires.
  const { grant, standing, claims: person } = await deps.subjects.findClaims(claims.grant_id, claims.sub);
  const actors = actorsOf(claims);
  if (!isInForce(grant, standing, claims.sub, actors)) {
    return refused({ reason: 'access_token_invalid' }, client);
  }
  if (!(await isOfClients(grant, { iat: claims.iat, actors }, deps.clients.findRegistered))) {
    return refused({ reason: 'access_token_invalid' }, client);
  }
  const names = grant.userinfoClaims ?? [];
  const needsRegistry = names.length > 0 || !scope.every(isOpenidScope);
  const byScope = needsRegistry ? claimsByScope(await deps.apis.scopes()) : standardClaimsByScope;
  const released = releasedClaims(person, { scope, byScope, names: await namesFor(client, names, byScope, deps) });
  const asked = { sub: grant.sub, client_id: client, scope: scope.join(' '), issue: 'userinfo' } as const;
  const added = await deps.hooks.claims?.(asked);
  return {
    reply: jsonReply(200, { ...released, ...added?.userinfo, sub: claims.sub }, nonceHeader(proved.value.nonce)),
    decision: { verdict: 'allowed', client },
  };
}

/** The names that the client may still ask for. It is read only where there are any. */
async function namesFor(
  clientId: string,
  names: readonly string[],
  byScope: ClaimsByScope,
  { clients, apis }: Pick<UserinfoDeps, 'clients' | 'apis'>,
): Promise<string[]> {
  const registered = names.length > 0 ? await clients.find(clientId) : undefined;
  const client = registered && (await withWholeScope(registered, apis));
  return client ? names.filter((name) => mayAskFor(client, name, byScope)) : [];
}

/** Refuses a request whose token, if it has one, was sent with this scheme. */
const refusing =
  (scheme: TokenScheme, { issuer }: Pick<UserinfoDeps, 'issuer'>) =>
  (refusal: Refusal, client?: string): Answer => ({
    reply: tokenRefusalReply(refusal, issuer, scheme),
    decision: { verdict: 'refused', reason: refusal.reason, client },
  });
