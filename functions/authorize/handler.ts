import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { methodUsed, ruled } from '../../shared/audit/decision.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { policySettings } from '../../shared/clients/registered-client.ts';
import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { cookieName, sessionCookie } from '../../shared/http/cookies.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { errorPage } from '../../shared/http/pages/error-page.ts';
import { redirectToClient, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { type AuthorizationRequest, echoedState } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import { describeRefusal, errorOf, errorUri } from '../../shared/oauth/refusal-catalogue.ts';
import type { Session, SessionStore } from '../../shared/people/session-store.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import type { Result } from '../../shared/result.ts';
import { admitRequest } from './admit-request.ts';
import { identifyClient } from './identify-client.ts';

export type AuthorizeDeps = {
  issuer: string;
  /** Seconds. */
  codeLifetime: number;
  clients: Pick<ClientReader, 'find' | 'globalPolicy'>;
  sessions: Pick<SessionStore, 'find'>;
  grants: Pick<GrantStore, 'issue'>;
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
  const back = { state: echoedState(parameters.value), iss: deps.issuer };
  const admitted = admitRequest(parameters.value, client, rules);
  const method = methodUsed(
    single(parameters.value, 'code_challenge'),
    single(parameters.value, 'code_challenge_method'),
  );
  const decision = { client: client.clientId, ...ruled(rules), method };

  function refused(refusal: Refusal): Answer {
    const error = {
      error: errorOf(refusal),
      error_description: describeRefusal(refusal),
      error_uri: errorUri(deps.issuer, refusal.reason),
    };
    return {
      reply: redirectToClient(redirectUri, { ...error, ...back }),
      decision: { ...decision, verdict: 'refused', reason: refusal.reason, mistake: mistakeOf(refusal) },
    };
  }

  if (!admitted.ok) return refused(admitted.refusal);
  // The session cookie does not come along with a form from another site; with the GET that follows, it does.
  const query = encodeParameters(parameters.value);
  if (request.method === 'POST') return { reply: seeOther(`${endpoints.authorize}?${query}`) };

  const session = await findSession(request, deps, now);
  if (session === undefined || mustSignInAgain(admitted.value, session, now)) {
    if (admitted.value.prompt.includes('none')) return refused({ reason: 'login_required' });
    return { reply: seeOther(`${endpoints.signIn}?${query}`), decision: { ...decision, verdict: 'continued' } };
  }

  const { sub, authTime } = session;
  const { scope, nonce, challenge, wouldRefuse } = admitted.value;
  const granted = { clientId: client.clientId, sub, authTime, scope, nonce, challenge, redirectUri, redirectUriSent };
  const { code, grant } = issueCode(granted, now, deps.codeLifetime);
  await deps.grants.issue(grant);
  return {
    reply: redirectToClient(redirectUri, { code, ...back }),
    decision: { ...decision, verdict: 'allowed', wouldRefuse: wouldRefuse?.reason },
  };
}

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

/** OpenID Connect Core §3.1.2.1: what asks for a fresh sign-in although somebody is signed in. */
const mustSignInAgain = (
  { prompt, maxAge }: Pick<AuthorizationRequest, 'prompt' | 'maxAge'>,
  session: Session,
  now: number,
): boolean =>
  prompt.includes('login') ||
  prompt.includes('select_account') ||
  (maxAge !== undefined && now - session.authTime > maxAge);
