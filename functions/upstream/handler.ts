import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { clearCookie, cookieName, setCookie } from '../../shared/http/cookies.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { noStore, type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { afterSignIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import {
  encodeParameters,
  type Parameters,
  parseParameters,
  refuseUnclear,
  single,
} from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import { generateSecret, hashSecret } from '../../shared/secret.ts';
import { findAccount, labelOf } from '../../shared/upstream/find-account.ts';
import {
  type Flow,
  flowId,
  flowLifetime,
  flowNonce,
  flowVerifier,
  openFlow,
  sealFlow,
} from '../../shared/upstream/flow.ts';
import type { FlowStore } from '../../shared/upstream/flow-store.ts';
import { hasAllowedDomain, hasSignedInSince, type UpstreamIdentity } from '../../shared/upstream/identity.ts';
import type { LinkStore } from '../../shared/upstream/link-store.ts';
import type { OpenidProviders, UpstreamFailure } from '../../shared/upstream/openid-provider.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import { findPerson, isFresh, readAccountForm, toSignIn } from '../account/signed-in-person.ts';
import { beginSession, type SessionSettings } from '../sign-in/begin-session.ts';
import { problemParameter, type UpstreamReason, withoutProvider } from './from-sign-in.ts';

export type UpstreamDeps = SessionSettings & {
  providers: readonly UpstreamProvider[];
  openid: OpenidProviders;
  flows: FlowStore;
  links: LinkStore;
  accounts: Pick<AccountStore, 'findBySubject' | 'add'>;
  sessions: Pick<SessionStore, 'find' | 'start' | 'end'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

/**
 * Signing in with an upstream provider: `/upstream/{id}/start` sends the browser there with an authorization request of ours,
 * `/upstream/{id}/callback` takes the answer, and goes on to /authorize as the sign-in page does. Every provider has a callback
 * of its own (RFC 9700 §4.4.2.2).
 */
export const upstreamHandler = (deps: UpstreamDeps) =>
  endpoint({
    name: 'upstream',
    methods: { GET: (request) => get(request, deps), POST: (request) => post(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** Every flow has a cookie of its own: several tabs may be on their way at once. */
const cookiePrefix = 'pixy_upstream_';
const cookieOf = (state: string): string => `${cookiePrefix}${hashSecret(state).slice(0, 8)}`;

/** Flows of one browser; a newer one takes the place of the oldest. Cookies have to fit into the headers of a request. */
const mostFlows = 8;

async function get(request: HttpRequest, deps: UpstreamDeps): Promise<Answer> {
  const route = routeOf(request, deps);
  if (route?.step === 'callback') return callback(request, route.provider, deps);
  if (route === undefined) return refusedOnPage({ reason: 'upstream_unknown' }, request, deps);
  const interrupted = parseParameters(request.rawQuery);
  const unclear = interrupted.ok ? refuseUnclear(interrupted.value) : interrupted.refusal;
  if (unclear || !interrupted.ok) return refusedOnPage(unclear ?? { reason: 'parameters_malformed' }, request, deps);
  const asked = withoutProvider(interrupted.value);
  const mustProve = await mustBeAsked(asked, request, deps);
  return start(request, route.provider, { interrupted: asked, mustProve }, deps);
}

/**
 * Whether a session at the provider is not enough: the client wants a fresh sign-in (OpenID Connect Core §3.1.2.1), or somebody
 * who is signed in comes without a client, which is how the account page has people confirm that it is them.
 */
async function mustBeAsked(interrupted: Parameters, request: HttpRequest, deps: UpstreamDeps): Promise<boolean> {
  const prompt = (single(interrupted, 'prompt') ?? '').split(' ');
  if (prompt.includes('login') || single(interrupted, 'max_age') !== undefined) return true;
  return single(interrupted, 'client_id') === undefined && (await findPerson(request, deps)) !== undefined;
}

/**
 * Somebody who is signed in links an account of the provider to theirs: with a form of their account page, and shortly after
 * they signed in, for it is a way into the account from then on.
 */
async function post(request: HttpRequest, deps: UpstreamDeps): Promise<Answer> {
  const route = routeOf(request, deps);
  if (route?.step !== 'start') return refusedOnPage({ reason: 'upstream_unknown' }, request, deps);
  const person = await findPerson(request, deps);
  if (person === undefined) return toSignIn(deps.issuer, 'nobody');
  const form = readAccountForm(request, person);
  if (!form.ok) return refusedOnPage(form.refusal, request, deps);
  if (!isFresh(person, deps.now())) return toSignIn(deps.issuer, 'not_fresh');
  return start(request, route.provider, { linkFor: person.account.sub }, deps);
}

function routeOf({ path }: HttpRequest, { providers }: UpstreamDeps) {
  const [, id, step] = /^\/upstream\/([a-z0-9-]+)\/(start|callback)$/.exec(path) ?? [];
  const provider = providers.find((one) => one.id === id);
  return provider && { provider, step: step as 'start' | 'callback' };
}

type Start = { interrupted?: Parameters; linkFor?: string; mustProve?: boolean };

async function start(
  request: HttpRequest,
  provider: UpstreamProvider,
  { interrupted, linkFor, mustProve = false }: Start,
  deps: UpstreamDeps,
): Promise<Answer> {
  const [secret, state] = [generateSecret(), generateSecret()];
  const query = interrupted ? encodeParameters(interrupted) : '';
  const flow: Flow = { provider: provider.id, query, linkFor, freshSince: mustProve ? deps.now() : undefined };
  const to = await deps.openid.start(provider, stepOf(provider, secret, state, deps), hintsOf(interrupted, mustProve));
  if (!to.ok) return comeBack(flow, to.refusal);
  const expiresAt = deps.now() + flowLifetime;
  await deps.flows.keep(flowId(secret, state), await sealFlow(secret, state, flow), expiresAt);
  return {
    reply: {
      statusCode: 303,
      headers: { ...noStore, location: to.value.href },
      cookies: [...forgetOldest(request, deps), setCookie(deps.issuer, cookieOf(state), secret, flowLifetime)],
    },
    decision: { verdict: 'continued' },
  };
}

/** RFC 6265 §5.4: browsers send the cookies they got first in the first place. */
function forgetOldest(request: HttpRequest, { issuer }: UpstreamDeps): string[] {
  const prefix = cookieName(issuer, cookiePrefix);
  const flows = [...request.cookies].filter(([name, value]) => name.startsWith(prefix) && value !== '');
  const oldest = flows.slice(0, Math.max(0, flows.length + 1 - mostFlows));
  return oldest.map(([name]) => clearCookie(issuer, `${cookiePrefix}${name.slice(prefix.length)}`));
}

/** The secret of a flow that this browser has under way. */
function secretOf(state: string, request: HttpRequest, { issuer }: UpstreamDeps): string | undefined {
  const secret = request.cookies.get(cookieName(issuer, cookieOf(state)));
  return secret !== undefined && /^[\w-]{43}$/.test(secret) ? secret : undefined;
}

const stepOf = ({ id }: UpstreamProvider, secret: string, state: string, { issuer }: UpstreamDeps) => ({
  redirectUri: `${issuer}${endpoints.upstream}/${id}/callback`,
  state,
  nonce: flowNonce(secret, state),
  verifier: flowVerifier(secret, state),
});

/** Somebody who must prove again who they are must do so at the provider: its own session is not enough. */
function hintsOf(interrupted: Parameters | undefined, mustProve: boolean) {
  if (interrupted === undefined) return { prompt: 'select_account' };
  const asked = (single(interrupted, 'prompt') ?? '').split(' ');
  return {
    loginHint: single(interrupted, 'login_hint'),
    uiLocales: single(interrupted, 'ui_locales'),
    ...(mustProve ? { prompt: 'login', maxAge: 0 } : { prompt: asked.find((value) => value === 'select_account') }),
  };
}

/** Every answer of a provider is for one flow of this browser and is looked at once (RFC 9700 §4.7). */
async function callback(request: HttpRequest, provider: UpstreamProvider, deps: UpstreamDeps): Promise<Answer> {
  const answer = parseParameters(request.rawQuery);
  const state = answer.ok && !answer.value.duplicated.has('state') ? single(answer.value, 'state') : undefined;
  const secret = state && secretOf(state, request, deps);
  if (!state || !secret) return unknownFlow();
  const { reply, ...answered } = await end(request, provider, { state, secret }, deps);
  const cookies = [...(reply.cookies ?? []), clearCookie(deps.issuer, cookieOf(state))];
  return { ...answered, reply: { ...reply, cookies } };
}

function unknownFlow(): Answer {
  const query = `${problemParameter}=upstream_flow_unknown`;
  const decision = { verdict: 'refused', reason: 'upstream_flow_unknown' } as const;
  return { reply: seeOther(`${endpoints.signIn}?${query}`), decision };
}

async function end(
  request: HttpRequest,
  provider: UpstreamProvider,
  { state, secret }: { state: string; secret: string },
  deps: UpstreamDeps,
): Promise<Answer> {
  const flow = await takeFlow(secret, state, deps);
  // A state that was started with one provider and comes back from another is a mix-up (RFC 9700 §4.4).
  if (!flow || flow.provider !== provider.id) return unknownFlow();
  const came = await deps.openid.finish(provider, stepOf(provider, secret, state, deps), request.rawQuery);
  if (!came.ok) return comeBack(flow, came.refusal);
  if (flow.freshSince !== undefined && !hasSignedInSince(came.value, flow.freshSince)) {
    return comeBack(flow, { reason: 'upstream_not_fresh' });
  }
  return flow.linkFor === undefined
    ? signIn(request, provider, flow, came.value, deps)
    : link(request, provider, flow, came.value, deps);
}

async function takeFlow(secret: string, state: string, deps: UpstreamDeps): Promise<Flow | undefined> {
  const sealed = await deps.flows.take(flowId(secret, state), deps.now());
  return sealed && openFlow(secret, state, sealed);
}

async function signIn(
  request: HttpRequest,
  provider: UpstreamProvider,
  flow: Flow,
  identity: UpstreamIdentity,
  deps: UpstreamDeps,
): Promise<Answer> {
  const account = await findAccount(identity, provider, deps, deps.now());
  if (!account.ok) return comeBack(flow, account.refusal);
  const { amr, authTime } = identity;
  const session = await beginSession(request, { account: account.value, amr, keep: false, authTime }, deps);
  return { reply: await goOn(request, flow, [session], deps), decision: { verdict: 'allowed' } };
}

function goOn(request: HttpRequest, { query }: Flow, cookies: string[], deps: UpstreamDeps): Reply | Promise<Reply> {
  const interrupted = parseParameters(query);
  if (!interrupted.ok || interrupted.value.values.size === 0) {
    return signedInPage(deps.lookOf(request), cookies, endpoints.account);
  }
  return seeOther(`${endpoints.authorize}?${encodeParameters(afterSignIn(interrupted.value))}`, cookies);
}

/** The person of the flow has to be the one who is signed in now, and still shortly after they signed in. */
async function link(
  request: HttpRequest,
  provider: UpstreamProvider,
  flow: Flow,
  identity: UpstreamIdentity,
  deps: UpstreamDeps,
): Promise<Answer> {
  const person = await findPerson(request, deps);
  if (person === undefined || person.account.sub !== flow.linkFor) return unknownFlow();
  if (!isFresh(person, deps.now())) return toSignIn(deps.issuer, 'not_fresh');
  const { sub } = person.account;
  if (!hasAllowedDomain(identity, provider)) return comeBack(flow, { reason: 'upstream_address_refused' });
  const details = { provider: provider.id, label: labelOf(identity) };
  const isLinked = await deps.links.claim(identity, sub, details, deps.now());
  if (!isLinked) return comeBack(flow, { reason: 'upstream_linked_elsewhere' });
  return { reply: seeOther(endpoints.account, [leaveNotice(deps.issuer, 'linked')]), decision: { verdict: 'allowed' } };
}

type Failure = { reason: UpstreamReason } | UpstreamFailure;

/** Back to the page that the person came from, which says in words what went wrong. */
function comeBack(flow: Flow, failure: Failure): Answer {
  const problem = `${problemParameter}=${failure.reason}.${flow.provider}`;
  const page = flow.linkFor === undefined ? endpoints.signIn : endpoints.account;
  const query = flow.query === '' ? problem : `${flow.query}&${problem}`;
  return {
    reply: seeOther(`${page}?${query}`),
    decision: {
      verdict: 'refused',
      reason: failure.reason,
      ...('detail' in failure && { cause: `${flow.provider}: ${failure.detail}` }),
    },
  };
}

const refusedOnPage = async (refusal: Refusal, request: HttpRequest, deps: UpstreamDeps): Promise<Answer> => ({
  reply: await errorPage(refusal, deps.issuer, deps.lookOf(request)),
  decision: { verdict: 'refused', reason: refusal.reason },
});
