import { methodUsed, ruled } from '../../shared/audit/decision.ts';
import { policySettings } from '../../shared/clients/registered-client.ts';
import { isMadeFor } from '../../shared/clients/since.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { answerMode, echoedState } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { type Parameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import { referenceIn } from '../../shared/oauth/pushed-request.ts';
import type { ResponseParameters } from '../../shared/oauth/redirect-uri.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { carrierOf, isSigned } from '../../shared/oauth/response-type.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import type { Result } from '../../shared/result.ts';
import { openRequest } from '../find-meant.ts';
import { authorizationResponse } from './authorization-response.ts';
import type { AuthorizeDeps } from './authorize-deps.ts';
import { decide, longestQuery } from './decide.ts';
import { findEarly } from './find-early.ts';
import { identifyClient } from './identify-client.ts';
import { answerWith, refused } from './outcome.ts';
import type { Viewer } from './pages.ts';

/** RFC 6749 §3.1: the authorization endpoint, by GET and by POST (OpenID Connect Core §3.1.2.1). */
export const authorizeHandler = (deps: AuthorizeDeps) =>
  endpoint({
    name: 'authorize',
    methods: {
      GET: (request) => authorize(parseParameters(request.rawQuery), request, deps),
      POST: (request) => authorize(readForm(request), request, deps),
    },
    tell: async (refusal, request) => (await deps.pages()).refuse(refusal, { request }),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function authorize(
  parsed: Result<Parameters, Refusal>,
  request: HttpRequest,
  deps: AuthorizeDeps,
): Promise<Answer> {
  if (!parsed.ok) return refuseOnPage(parsed.refusal, undefined, { request }, deps);
  const hasObject = single(parsed.value, 'request') !== undefined;
  const signed = hasObject ? await (await deps.requestObjects?.())?.take(parsed.value, deps) : undefined;
  if (signed?.ok) return { reply: seeOther(`${endpoints.authorize}?${signed.value}`) };
  const isPushed = referenceIn(parsed.value) !== undefined;
  const early = isPushed ? await findEarly(parsed.value, request, deps) : undefined;
  const opened = await openRequest(parsed.value, deps, early?.read);
  if (!opened.ok) return refuseOnPage(opened.refusal, undefined, { request, parameters: parsed.value }, deps);
  const { parameters } = opened.value;
  const viewer = { request, parameters };
  const identified = await identifyClient(parameters, deps.clients);
  if (!identified.ok) {
    const { refusal, client } = identified.refusal;
    return refuseOnPage(signed?.refusal ?? refusal, client?.clientId, viewer, deps);
  }

  const { client, redirectUri } = identified.value;
  const { pushed } = opened.value;
  // One that had the id before has pushed it.
  if (pushed && !isMadeFor(pushed, client)) {
    return refuseOnPage({ reason: 'request_uri_of_another_client' }, client.clientId, viewer, deps);
  }
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), deps.now());
  const note = { client: client.clientId, ...ruled(rules), method: methodOf(parameters) };
  const mode = answerMode(parameters);
  if (isSigned(mode) && !deps.responseSigner) return toSigner(opened.value.query, client.clientId, viewer, deps);
  const signer = isSigned(mode) ? await deps.responseSigner?.(client) : undefined;
  if (signer && !signer.ok) return refuseOnPage(signer.refusal, client.clientId, viewer, deps);
  const back = { state: echoedState(parameters), iss: deps.issuer };
  const respond = async (response: ResponseParameters) => {
    const plain = { ...response, ...back };
    const sent = signer ? { response: await signer.value(plain) } : plain;
    return authorizationResponse(carrierOf(mode), redirectUri, sent, async (to, answer) =>
      (await deps.pages()).post(to, answer, viewer),
    );
  };
  const asked = { ...opened.value, early: early?.person() };
  const outcome = signed ? refused(signed.refusal) : await decide(asked, identified.value, rules, request, deps);
  return answerWith(outcome, note, { issuer: deps.issuer, respond });
}

/** Whatever the answer will be, the function that can sign gives it. */
const toSigner = async (
  query: string,
  clientId: string,
  viewer: Viewer,
  deps: Pick<AuthorizeDeps, 'pages'>,
): Promise<Answer> =>
  query.length > longestQuery
    ? refuseOnPage({ reason: 'parameter_too_long' }, clientId, viewer, deps)
    : { reply: seeOther(`${endpoints.authorizeHybrid}?${query}`) };

const methodOf = (parameters: Parameters) =>
  methodUsed(single(parameters, 'code_challenge'), single(parameters, 'code_challenge_method'));

async function refuseOnPage(
  refusal: Refusal,
  clientId: string | undefined,
  viewer: Viewer,
  deps: Pick<AuthorizeDeps, 'pages'>,
): Promise<Answer> {
  const pages = await deps.pages();
  return {
    reply: await pages.refuse(refusal, viewer),
    decision: { verdict: 'refused', client: clientId, reason: refusal.reason },
  };
}
