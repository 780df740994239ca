import type { ApiReader } from '../../shared/apis/api-store.ts';
import { findApis } from '../../shared/apis/token-target.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { methodUsed, ruled } from '../../shared/audit/decision.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { policySettings, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { authorizationResponse } from '../../shared/http/authorization-response.ts';
import { cookieName, sessionCookie } from '../../shared/http/cookies.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { errorPage } from '../../shared/http/pages/error-page.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import { answerMode, echoedState } from '../../shared/oauth/authorization-request.ts';
import { releasedClaims } from '../../shared/oauth/claims.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { ResponseParameters } from '../../shared/oauth/redirect-uri.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import { describeRefusal, errorOf, errorUri } from '../../shared/oauth/refusal-catalogue.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { Session, SessionStore } from '../../shared/people/session-store.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import type { Result } from '../../shared/result.ts';
import { type AdmittedRequest, admitRequest } from './admit-request.ts';
import { identifyClient } from './identify-client.ts';
import { needsSignIn } from './needs-sign-in.ts';

export type AuthorizeDeps = {
  issuer: string;
  /** Seconds. */
  codeLifetime: number;
  clients: Pick<ClientReader, 'find' | 'globalPolicy'>;
  apis: ApiReader;
  sessions: Pick<SessionStore, 'find'>;
  accounts: Pick<AccountStore, 'findClaims'>;
  grants: Pick<GrantStore, 'issue'>;
  publishedKeys: () => Promise<JwkSet>;
  /** Makes the ID token of the hybrid flow. Absent in the function that answers everything else: it cannot sign. */
  mintIdToken?: (grant: Grant, code: string, client: RegisteredClient) => Promise<string>;
  writeLine: WriteLine;
  now: () => number;
};

/** RFC 6749 §3.1: the authorization endpoint, by GET and by POST (OpenID Connect Core §3.1.2.1). */
export const authorizeHandler = (deps: AuthorizeDeps) =>
  endpoint({
    name: 'authorize',
    methods: {
      GET: (request) => authorize(parseParameters(request.rawQuery), request, deps),
      POST: (request) => authorize(readForm(request), request, deps),
    },
    tell: (refusal) => errorPage(refusal, deps.issuer),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function authorize(
  parameters: Result<Parameters, Refusal>,
  request: HttpRequest,
  deps: AuthorizeDeps,
): Promise<Answer> {
  const now = deps.now();
  if (!parameters.ok) return refusedOnPage(parameters.refusal, undefined, deps.issuer);
  const identified = await identifyClient(parameters.value, deps.clients.find);
  if (!identified.ok) {
    return refusedOnPage(identified.refusal.refusal, identified.refusal.client?.clientId, deps.issuer);
  }

  const { client, redirectUri, redirectUriSent } = identified.value;
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
  const decision = { client: client.clientId, ...ruled(rules), method: methodOf(parameters.value) };
  const back = { state: echoedState(parameters.value), iss: deps.issuer };
  const answer = (response: ResponseParameters) =>
    authorizationResponse(answerMode(parameters.value), redirectUri, { ...response, ...back });
  const refused = async (refusal: Refusal): Promise<Answer> => ({
    reply: await answer(errorResponse(refusal, deps.issuer)),
    decision: { ...decision, verdict: 'refused', reason: refusal.reason, mistake: mistakeOf(refusal) },
  });

  const admitted = admitRequest(parameters.value, client, rules);
  if (!admitted.ok) return refused(admitted.refusal);
  const { responseType, resources, scope, nonce, challenge, wouldRefuse } = admitted.value;
  const apis = findApis(resources, resources.length > 0 ? await deps.apis.list() : []);
  if (!apis.ok) return refused(apis.refusal);

  const query = encodeParameters(parameters.value);
  if (responseType === 'code id_token' && !deps.mintIdToken) {
    return { reply: seeOther(`${endpoints.authorizeHybrid}?${query}`) };
  }
  // The session cookie does not come along with a form from another site; with the GET that follows, it does.
  if (request.method === 'POST') return { reply: seeOther(`${endpoints.authorize}?${query}`) };

  const session = await findSession(request, deps, now);
  if (session === undefined || (await needsSignIn(admitted.value, session, deps))) {
    if (admitted.value.prompt.includes('none')) return refused({ reason: 'login_required' });
    return { reply: seeOther(`${endpoints.signIn}?${query}`), decision: { ...decision, verdict: 'continued' } };
  }

  const { sub, authTime } = session;
  const granted = { clientId: client.clientId, sub, authTime, scope, resources, nonce, challenge };
  const claims = await requestedClaims(admitted.value, sub, deps);
  const { code, grant } = issueCode({ ...granted, ...claims, redirectUri, redirectUriSent }, now, deps.codeLifetime);
  const idToken = responseType === 'code id_token' ? await deps.mintIdToken?.(grant, code, client) : undefined;
  await deps.grants.issue(grant);
  return {
    reply: await answer({ code, id_token: idToken }),
    decision: { ...decision, verdict: 'allowed', wouldRefuse: wouldRefuse?.reason },
  };
}

const methodOf = (parameters: Parameters) =>
  methodUsed(single(parameters, 'code_challenge'), single(parameters, 'code_challenge_method'));

const errorResponse = (refusal: Refusal, issuer: string): ResponseParameters => ({
  error: errorOf(refusal),
  error_description: describeRefusal(refusal),
  error_uri: errorUri(issuer, refusal.reason),
});

async function refusedOnPage(refusal: Refusal, clientId: string | undefined, issuer: string): Promise<Answer> {
  return {
    reply: await errorPage(refusal, issuer),
    decision: { verdict: 'refused', client: clientId, reason: refusal.reason },
  };
}

async function findSession(request: HttpRequest, deps: AuthorizeDeps, now: number): Promise<Session | undefined> {
  const sessionId = request.cookies.get(cookieName(deps.issuer, sessionCookie));
  return sessionId ? deps.sessions.find(sessionId, now) : undefined;
}

/** Claims that were asked for by name: their values for the ID token now, their names for userinfo later. */
async function requestedClaims({ claims }: AdmittedRequest, sub: string, deps: AuthorizeDeps) {
  const person = claims.idToken.length > 0 ? await deps.accounts.findClaims(sub) : undefined;
  return {
    ...(claims.userinfo.length > 0 && { userinfoClaims: claims.userinfo }),
    ...(person && { idTokenClaims: releasedClaims(person, [], claims.idToken) }),
  };
}
