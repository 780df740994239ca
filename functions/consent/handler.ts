import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { policySettings, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import { answerMode, echoedState, selectingAccount } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { RegisteredRedirectUri } from '../../shared/oauth/redirect-uri.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorParameters, statusOf } from '../../shared/oauth/refusal-catalogue.ts';
import { consentPage } from '../../shared/pages/consent-page.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import type { ConsentNeed } from '../../shared/people/consent.ts';
import type { ConsentStore } from '../../shared/people/consent-store.ts';
import type { SignedInStore } from '../../shared/people/signed-in-store.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import { equalInConstantTime, hashSecret } from '../../shared/secret.ts';
import { admitRequest } from '../authorize/admit-request.ts';
import { authorizationResponse } from '../authorize/authorization-response.ts';
import { identifyClient } from '../authorize/identify-client.ts';
import { consentNeed } from '../authorize/needs-consent.ts';

export type ConsentDeps = {
  issuer: string;
  clients: Pick<ClientReader, 'find' | 'globalPolicy'>;
  signedIn: Pick<SignedInStore, 'find'>;
  accounts: Pick<StandingStore, 'findClaims'>;
  consents: Pick<ConsentStore, 'allow'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

/**
 * The page that asks a person whether a client may have what it asks for. Its query is the authorization request it interrupts,
 * as with the sign-in page: allowing is remembered and goes on to /authorize, where everything is checked again.
 */
export const consentHandler = (deps: ConsentDeps) =>
  endpoint({
    name: 'consent',
    methods: { GET: (request) => consent(request, ask, deps), POST: (request) => consent(request, decide, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** An authorization request that would be granted, but for the person's consent. */
type Interrupted = {
  parameters: Parameters;
  query: string;
  client: RegisteredClient;
  redirectUri: RegisteredRedirectUri;
  need: ConsentNeed;
  sub: string;
  /** What is allowed now is allowed under. */
  clientEpoch: number;
  formToken: string;
};

type Step = (interrupted: Interrupted, request: HttpRequest, deps: ConsentDeps) => Promise<Answer>;

/** Whatever is wrong with the request, or nobody signed in: /authorize knows how to answer that. */
async function consent(request: HttpRequest, step: Step, deps: ConsentDeps): Promise<Answer> {
  const now = deps.now();
  const parsed = parseParameters(request.rawQuery);
  if (!parsed.ok) return { reply: await errorPage(parsed.refusal, deps.issuer, deps.lookOf(request)) };
  const parameters = parsed.value;
  const query = encodeParameters(parameters);
  const back: Answer = { reply: seeOther(`${endpoints.authorize}?${query}`) };

  const identified = await identifyClient(parameters, deps.clients.find);
  if (!identified.ok) return back;
  const { client, redirectUri } = identified.value;
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
  const admitted = admitRequest(parameters, client, rules);
  const sessionId = activeSession(request, deps.issuer);
  const { clientId } = client;
  const found = sessionId === undefined ? undefined : await deps.signedIn.find({ sessionId, clientId, now });
  if (!admitted.ok || !found || sessionId === undefined) return back;

  const need = consentNeed(admitted.value);
  const formToken = tokenFor(sessionId, query);
  const { clientEpoch, session } = found;
  const { sub } = session;
  return step({ parameters, query, client, redirectUri, need, sub, clientEpoch, formToken }, request, deps);
}

/** Bound to the session and to this request: consent to anything else cannot be sent for somebody (RFC 6749 §10.12). */
const tokenFor = (sessionId: string, query: string): string => hashSecret(`consent\n${sessionId}\n${query}`);

async function ask(
  { parameters, client, redirectUri, need, sub, formToken }: Interrupted,
  request: HttpRequest,
  deps: ConsentDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const claims = (await deps.accounts.findClaims(sub)) ?? {};
  const look = deps.lookOf(request, parameters);
  const reply = await consentPage(look, {
    clientName: client.clientName ?? client.clientId,
    redirectUri,
    scope: need.scope,
    claims: need.claims,
    account: nameAmong(claims) ?? sub,
    otherAccountPath: `${endpoints.signIn}?${encodeParameters(selectingAccount(parameters))}`,
    formToken,
    cookies: [],
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal) }),
  });
  return {
    reply,
    ...(refusal && { decision: { verdict: 'refused', client: client.clientId, reason: refusal.reason } }),
  };
}

/** What the person is called. The username is in an item that this function may not read. */
const nameAmong = (claims: Readonly<Record<string, unknown>>): string | undefined =>
  ['name', 'preferred_username', 'email'].map((name) => claims[name]).find((value) => typeof value === 'string');

async function decide(interrupted: Interrupted, request: HttpRequest, deps: ConsentDeps): Promise<Answer> {
  const { parameters, query, client, redirectUri, need, sub, clientEpoch, formToken } = interrupted;
  const form = readForm(request);
  if (!form.ok) return { reply: await errorPage(form.refusal, deps.issuer, deps.lookOf(request, parameters)) };
  if (!equalInConstantTime(single(form.value, 'form_token') ?? '', formToken)) {
    return ask(interrupted, request, deps, { reason: 'form_token_invalid' });
  }
  const decision = single(form.value, 'decision');
  if (decision === 'allow') {
    const requestHash = hashSecret(query);
    await deps.consents.allow(sub, client.clientId, { need, requestHash, clientEpoch, now: deps.now() });
    return {
      reply: seeOther(`${endpoints.authorize}?${query}`),
      decision: { verdict: 'allowed', client: client.clientId },
    };
  }
  if (decision !== 'deny') return ask(interrupted, request, deps);
  const refusal: Refusal = { reason: 'consent_denied' };
  return {
    reply: await authorizationResponse(
      answerMode(parameters),
      redirectUri,
      { ...errorParameters(refusal, deps.issuer), state: echoedState(parameters), iss: deps.issuer },
      deps.lookOf(request, parameters),
    ),
    decision: { verdict: 'refused', client: client.clientId, reason: refusal.reason },
  };
}
