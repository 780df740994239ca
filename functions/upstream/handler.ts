import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, parseParameters } from '../../shared/oauth/parameters.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { hasSignedInSince } from '../../shared/upstream/identity.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import { findPerson, isFresh, readAccountForm, toSignIn } from '../account/signed-in-person.ts';
import { findShown } from '../find-meant.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import { changeAccount } from './change-account.ts';
import { comeBack, flowUnknown } from './come-back.ts';
import { describeStep } from './describe-step.ts';
import { findRoute } from './find-route.ts';
import { type FlowKeys, findFlowKeys, forgetFlow, stateOf } from './flow-cookies.ts';
import { withoutProvider } from './from-sign-in.ts';
import { linkAccount } from './link-account.ts';
import { needsProof } from './needs-proof.ts';
import { signIn } from './sign-in.ts';
import { startFlow } from './start-flow.ts';
import { takeFlow } from './take-flow.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/**
 * Signing in with an upstream provider: `/upstream/{id}/start` sends the browser there with an authorization request of ours,
 * `/upstream/{id}/callback` takes the answer, and goes on to /authorize as the sign-in page does, after `/upstream/{id}/confirm`
 * where somebody else is signed in here. Every provider has a callback of its own (RFC 9700 §4.4.2.2).
 */
export const upstreamHandler = (deps: UpstreamDeps) =>
  endpoint({
    name: 'upstream',
    methods: { GET: (request) => get(request, deps), POST: (request) => post(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function get(request: HttpRequest, deps: UpstreamDeps): Promise<Answer> {
  const route = findRoute(request, deps.providers);
  if (route === undefined) return refuseOnPage({ reason: 'upstream_unknown' }, request, deps);
  if (route.step === 'confirm') return refuseOnPage({ reason: 'method_not_allowed', allow: ['POST'] }, request, deps);
  const step = route.step === 'start' ? startSignIn : callback;
  return step(request, route.provider, deps);
}

/** An answer of a provider in a form would come without our cookies, and no provider is asked for one. */
async function post(request: HttpRequest, deps: UpstreamDeps): Promise<Answer> {
  const route = findRoute(request, deps.providers);
  if (route === undefined) return refuseOnPage({ reason: 'upstream_unknown' }, request, deps);
  if (route.step === 'callback') return refuseOnPage({ reason: 'method_not_allowed', allow: ['GET'] }, request, deps);
  const step = route.step === 'start' ? startLink : changeAccount;
  return step(request, route.provider, deps);
}

/** Sends somebody to the provider who wants to sign in. The query is the authorization request that the sign-in interrupts. */
async function startSignIn(request: HttpRequest, provider: UpstreamProvider, deps: UpstreamDeps): Promise<Answer> {
  const sent = admitClear(parseParameters(request.rawQuery));
  if (!sent.ok) return refuseOnPage(sent.refusal, request, deps);
  const interrupted = withoutProvider(sent.value);
  const meant = await findShown(interrupted, deps);
  const mustProve = await needsProof(meant, request, deps);
  return startFlow(request, provider, { interrupted, meant, mustProve }, deps);
}

/**
 * Sends somebody to the provider who is signed in and links an account there to theirs: with a form of their account page, and
 * shortly after they signed in, for it is a way into the account from then on.
 */
async function startLink(request: HttpRequest, provider: UpstreamProvider, deps: UpstreamDeps): Promise<Answer> {
  const person = await findPerson(request, deps);
  if (person === undefined) return toSignIn(request, deps.issuer, 'nobody');
  const form = readAccountForm(request, person);
  if (!form.ok) {
    return refuseOnPage(form.refusal, request, deps, { title: 'account.title', path: endpoints.account });
  }
  if (!isFresh(person, deps.now())) return toSignIn(request, deps.issuer, 'not_fresh');
  return startFlow(request, provider, { linkFor: person.account.sub }, deps);
}

/** Takes the answer of a provider: it is for one flow of this browser, and is looked at once (RFC 9700 §4.7). */
async function callback(request: HttpRequest, provider: UpstreamProvider, deps: UpstreamDeps): Promise<Answer> {
  const keys = findFlowKeys(stateOf(request), request, deps.issuer);
  if (keys === undefined) return flowUnknown();
  const { reply, ...answered } = await finish(request, provider, keys, deps);
  const cookies = [...(reply.cookies ?? []), forgetFlow(keys, deps.issuer)];
  return { ...answered, reply: { ...reply, cookies } };
}

async function finish(
  request: HttpRequest,
  provider: UpstreamProvider,
  keys: FlowKeys,
  deps: UpstreamDeps,
): Promise<Answer> {
  const flow = await takeFlow(keys, provider, deps);
  if (flow === undefined || flow.signsIn) return flowUnknown();
  const came = await deps.openid.finish(provider, describeStep(provider, keys, deps.issuer), request.rawQuery);
  if (!came.ok) return comeBack(flow, came.refusal);
  if (flow.freshSince !== undefined && !hasSignedInSince(came.value, flow.freshSince)) {
    return comeBack(flow, { reason: 'upstream_not_fresh' });
  }
  const end = flow.linkFor === undefined ? signIn : linkAccount;
  return end(request, provider, flow, came.value, deps);
}
