import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { noStore, type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { readSessions, writeSessions } from '../../shared/http/session-cookie.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import {
  encodeParameters,
  type Parameters,
  parseParameters,
  refuseUnclear,
  single,
} from '../../shared/oauth/parameters.ts';
import { matchRedirectUri, type RegisteredRedirectUri, withQuery } from '../../shared/oauth/redirect-uri.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { signedOutPage, signOutPage } from '../../shared/pages/sign-out-page.ts';
import type { Session } from '../../shared/people/session.ts';
import { listedIdOf, type SessionStore, subjectOf } from '../../shared/people/session-store.ts';
import type { Result } from '../../shared/result.ts';
import { type HintClaims, readIdTokenHint } from '../../shared/tokens/id-token-hint.ts';
import type { TellClients } from './back-channel.ts';
import type { EndSession } from './end-session.ts';

export type SignOutDeps = {
  issuer: string;
  /** Seconds. */
  keptSessionLifetime: number;
  clients: Pick<ClientReader, 'find'>;
  sessions: Pick<SessionStore, 'find'>;
  endSession: EndSession;
  publishedKeys: () => Promise<JwkSet>;
  tellClients: TellClients;
  /** Whether grants end with the session. */
  revokesAtSignOut: boolean;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

/** OpenID Connect RP-Initiated Logout §2, by GET and by POST. */
export const signOutHandler = (deps: SignOutDeps) =>
  endpoint({
    name: 'sign-out',
    methods: {
      GET: (request) => signOut(parseParameters(request.rawQuery), request, deps),
      POST: (request) => signOut(readForm(request), request, deps),
    },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function signOut(
  parameters: Result<Parameters, Refusal>,
  request: HttpRequest,
  deps: SignOutDeps,
): Promise<Answer> {
  const unclear = parameters.ok ? refuseUnclear(parameters.value) : parameters.refusal;
  if (unclear || !parameters.ok)
    return { reply: await errorPage(unclear ?? { reason: 'parameters_malformed' }, deps.issuer, deps.lookOf(request)) };
  const sent = parameters.value;
  const look = deps.lookOf(request, sent);
  const hint = await readHint(sent, deps);
  const browser = readSessions(request, deps.issuer);
  // The person of the hint, if they are signed in here; without a hint it is about everybody in this browser.
  const meant = browser.ids.filter((id) => hint === undefined || subjectOf(id) === hint.sub);
  const session = await firstLiving(meant.length > 0 ? meant : browser.ids, deps);

  // A client that shows an ID token of the person who is signed in needs no question; everybody else is asked (§2).
  const isConfirmed = request.method === 'POST' && isOurForm(request, sent, deps.issuer);
  // A form of another site comes without our cookie; with the GET that follows, it comes along.
  if (request.method === 'POST' && browser.ids.length === 0) {
    return { reply: seeOther(`${endpoints.signOut}?${encodeParameters(sent)}`) };
  }
  const isShown = hint !== undefined && meant.length > 0;
  // What is over by itself can be tidied away without a question; grants that are not over cannot.
  const hasSomethingToEnd = session !== undefined || (deps.revokesAtSignOut && browser.ids.length > 0);
  if (hasSomethingToEnd && !isConfirmed && !isShown) {
    const form = openForm(request, deps.issuer);
    return { reply: await signOutPage(look, sent, form.token, form.cookies) };
  }
  const ended = meant.length > 0 ? meant : browser.ids;
  const sessions = await Promise.all(ended.map((id) => end(id, deps)));
  await deps.tellClients(sessions, request.requestId);
  const left = { ...browser, ids: browser.ids.filter((id) => !ended.includes(id)) };
  const cookies = [writeSessions(deps.issuer, left, deps.keptSessionLifetime)];
  const to = await returnAddress(sent, hint, deps);
  return {
    reply: to ? goBack(to, single(sent, 'state'), cookies) : await signedOutPage(look, cookies),
    decision: { verdict: 'allowed', client: hint?.aud },
  };
}

/** By cookie: only who knows the secret in it can name the session, and with it the grants. */
async function end(sessionId: string, deps: SignOutDeps): Promise<Session | undefined> {
  const sub = subjectOf(sessionId);
  return sub === '' ? undefined : deps.endSession(sub, listedIdOf(sessionId));
}

async function firstLiving(ids: readonly string[], deps: SignOutDeps): Promise<Session | undefined> {
  for (const id of ids) {
    const session = await deps.sessions.find(id, deps.now());
    if (session) return session;
  }
  return undefined;
}

/** A hint that was issued to another client than the one that is named is none (§2). */
async function readHint(sent: Parameters, deps: SignOutDeps): Promise<HintClaims | undefined> {
  const text = single(sent, 'id_token_hint');
  const hint = text === undefined ? undefined : await readIdTokenHint(text, deps.issuer, await deps.publishedKeys());
  const named = single(sent, 'client_id');
  return hint && named !== undefined && named !== hint.aud ? undefined : hint;
}

/** §3: only to an address the client registered for this. The client is the one of the hint, or the one that is named. */
async function returnAddress(
  sent: Parameters,
  hint: HintClaims | undefined,
  deps: SignOutDeps,
): Promise<RegisteredRedirectUri | undefined> {
  const presented = single(sent, 'post_logout_redirect_uri');
  const named = single(sent, 'client_id');
  if (presented === undefined || (hint && named !== undefined && named !== hint.aud)) return undefined;
  const clientId = hint?.aud ?? named;
  const client = clientId === undefined ? undefined : await deps.clients.find(clientId);
  return client && matchRedirectUri(presented, client.postLogoutRedirectUris ?? []);
}

const goBack = (to: RegisteredRedirectUri, state: string | undefined, cookies: string[]): Reply => ({
  statusCode: 303,
  headers: { ...noStore, location: state === undefined ? to : withQuery(to, { state }) },
  cookies,
});
