import type { ApiReader } from '../../shared/apis/api-store.ts';
import { findApis } from '../../shared/apis/token-target.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { methodUsed, ruled } from '../../shared/audit/decision.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { policySettings, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import { acrOf, reachedAcr } from '../../shared/oauth/authentication-context.ts';
import { answerMode, echoedState } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { ResponseParameters } from '../../shared/oauth/redirect-uri.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import { errorParameters } from '../../shared/oauth/refusal-catalogue.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { Look, LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { listedIdOf, type SessionStore } from '../../shared/people/session-store.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import type { Result } from '../../shared/result.ts';
import { hashSecret } from '../../shared/secret.ts';
import { type AdmittedRequest, admitRequest } from './admit-request.ts';
import { authorizationResponse } from './authorization-response.ts';
import { findPerson } from './find-person.ts';
import { identifyClient } from './identify-client.ts';
import { consentState } from './needs-consent.ts';
import { missingAcr, needsSignIn } from './needs-sign-in.ts';
import { requestedClaims } from './requested-claims.ts';

export type AuthorizeDeps = {
  issuer: string;
  /** Seconds. */
  codeLifetime: number;
  /** Whether grants have to know the session they came from. */
  revokesAtSignOut: boolean;
  clients: Pick<ClientReader, 'find' | 'globalPolicy'>;
  apis: ApiReader;
  sessions: Pick<SessionStore, 'find' | 'findWithConsent' | 'keepAlive' | 'note'>;
  /** Uses up the permission for one request; false when it is gone. */
  useConsent: (sub: string, client: RegisteredClient, requestHash: string) => Promise<boolean>;
  accounts: Pick<AccountStore, 'findClaims'>;
  grants: Pick<GrantStore, 'issue'>;
  publishedKeys: () => Promise<JwkSet>;
  lookOf: LookOf;
  /**
   * Loads what makes the ID token of the hybrid flow. Refuses an algorithm that the server has no key of. Absent in the function
   * that answers everything else: it cannot sign.
   */
  idTokenMinter?: (
    client: RegisteredClient,
  ) => Promise<Result<(grant: Grant, code: string) => Promise<string>, Refusal>>;
  writeLine: WriteLine;
  now: () => number;
};

/** Characters of a request that can go on in a Location: API Gateway takes 10,240 bytes of headers. */
const longestQuery = 8_000;

/** RFC 6749 §3.1: the authorization endpoint, by GET and by POST (OpenID Connect Core §3.1.2.1). */
export const authorizeHandler = (deps: AuthorizeDeps) =>
  endpoint({
    name: 'authorize',
    methods: {
      GET: (request) => authorize(parseParameters(request.rawQuery), request, deps),
      POST: (request) => authorize(readForm(request), request, deps),
    },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function authorize(
  parameters: Result<Parameters, Refusal>,
  request: HttpRequest,
  deps: AuthorizeDeps,
): Promise<Answer> {
  const now = deps.now();
  if (!parameters.ok) return refusedOnPage(parameters.refusal, undefined, deps.issuer, deps.lookOf(request));
  const look = deps.lookOf(request, parameters.value);
  const identified = await identifyClient(parameters.value, deps.clients.find);
  if (!identified.ok) {
    return refusedOnPage(identified.refusal.refusal, identified.refusal.client?.clientId, deps.issuer, look);
  }

  const { client, redirectUri, redirectUriSent } = identified.value;
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
  const decision = { client: client.clientId, ...ruled(rules), method: methodOf(parameters.value) };
  const back = { state: echoedState(parameters.value), iss: deps.issuer };
  const answer = (response: ResponseParameters) =>
    authorizationResponse(answerMode(parameters.value), redirectUri, { ...response, ...back }, look);
  const refused = async (refusal: Refusal): Promise<Answer> => ({
    reply: await answer(errorParameters(refusal, deps.issuer)),
    decision: { ...decision, verdict: 'refused', reason: refusal.reason, mistake: mistakeOf(refusal) },
  });

  const admitted = admitRequest(parameters.value, client, rules);
  if (!admitted.ok) return refused(admitted.refusal);
  const { responseType, resources, scope, nonce, challenge, wouldRefuse } = admitted.value;
  const apis = findApis(resources, resources.length > 0 ? await deps.apis.list() : []);
  if (!apis.ok) return refused(apis.refusal);

  const query = encodeParameters(parameters.value);
  if (query.length > longestQuery) return refused({ reason: 'parameter_too_long' });
  const isHybrid = responseType === 'code id_token';
  if (isHybrid && !deps.idTokenMinter) {
    return { reply: seeOther(`${endpoints.authorizeHybrid}?${query}`) };
  }
  // The session cookie does not come along with a form from another site; with the GET that follows, it does.
  if (request.method === 'POST') return { reply: seeOther(`${endpoints.authorize}?${query}`) };

  const minter = isHybrid ? await deps.idTokenMinter?.(client) : undefined;
  if (minter && !minter.ok) return refused(minter.refusal);

  const { wasSignedIn, prompt } = admitted.value;
  const requestHash = hashSecret(query);
  const { sessionId, session, consent } = await findPerson(request, client, admitted.value, deps);
  const missing = session && missingAcr(admitted.value, session);
  if (missing === 'impossible') return refused({ reason: 'acr_unmet' });
  if (session === undefined || missing || (await needsSignIn(admitted.value, session, deps))) {
    const isFinal = prompt.includes('none') || (wasSignedIn && session !== undefined);
    if (isFinal) return refused({ reason: missing ? 'acr_unmet' : 'login_required' });
    return { reply: seeOther(`${endpoints.signIn}?${query}`), decision: { ...decision, verdict: 'continued' } };
  }

  const { sub, authTime, amr } = session;
  const state = consentState(client, admitted.value, { consent, requestHash, redirectUri }, now);
  const isAllowed = state === 'not_needed' || (state === 'once' && (await deps.useConsent(sub, client, requestHash)));
  if (!isAllowed) {
    if (prompt.includes('none')) return refused({ reason: 'consent_required' });
    return { reply: seeOther(`${endpoints.consent}?${query}`), decision: { ...decision, verdict: 'continued' } };
  }

  const acr = toldAcr(admitted.value, amr);
  const granted = { clientId: client.clientId, sub, authTime, amr, acr, scope, resources, nonce, challenge };
  const claims = await requestedClaims(admitted.value, client, sub, deps);
  // A client that wants to be told when the session ends knows it by a name; so does a grant that ends with it.
  const isBound = client.backchannelLogoutUri !== undefined || deps.revokesAtSignOut;
  const sid = isBound ? listedIdOf(sessionId) : undefined;
  const { code, grant } = issueCode(
    { ...granted, ...claims, sid, redirectUri, redirectUriSent },
    now,
    deps.codeLifetime,
  );
  const idToken = await minter?.value(grant, code);
  await Promise.all([
    deps.grants.issue(grant),
    deps.sessions.keepAlive(sessionId, session, now),
    ...(sid === undefined ? [] : [deps.sessions.note(sessionId, session, client.clientId)]),
  ]);
  return {
    reply: await answer({ code, id_token: idToken }),
    decision: { ...decision, verdict: 'allowed', wouldRefuse: wouldRefuse?.reason },
  };
}

/** The class for the tokens: the best of those that were asked for, else the one of the session. */
function toldAcr({ acrValues, claims }: AdmittedRequest, amr: readonly string[]): string {
  const wanted = claims.acr?.values ?? [];
  return reachedAcr(amr, wanted.length > 0 ? wanted : acrValues) ?? acrOf(amr);
}

const methodOf = (parameters: Parameters) =>
  methodUsed(single(parameters, 'code_challenge'), single(parameters, 'code_challenge_method'));

async function refusedOnPage(
  refusal: Refusal,
  clientId: string | undefined,
  issuer: string,
  look: Look,
): Promise<Answer> {
  return {
    reply: await errorPage(refusal, issuer, look),
    decision: { verdict: 'refused', client: clientId, reason: refusal.reason },
  };
}
