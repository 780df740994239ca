import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { cookieName, sessionCookie, setCookie } from '../../shared/http/cookies.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { errorPage } from '../../shared/http/pages/error-page.ts';
import { signedInPage, signInPage } from '../../shared/http/pages/sign-in-page.ts';
import { seeOther } from '../../shared/http/reply.ts';
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
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import { verifyCredentials } from '../../shared/people/verify-credentials.ts';

export type SignInDeps = {
  issuer: string;
  /** Seconds. */
  sessionLifetime: number;
  clients: Pick<ClientReader, 'find'>;
  accounts: Pick<AccountStore, 'findByUsername'>;
  sessions: SessionStore;
  throttle: ThrottleStore;
  writeLine: WriteLine;
  now: () => number;
};

/**
 * The sign-in page. Its query is the authorization request it interrupts: signing in makes a session and goes on to /authorize
 * with it, where everything is checked again from the start. There is no other place it could send anybody.
 */
export const signInHandler = (deps: SignInDeps) =>
  endpoint({
    name: 'sign-in',
    methods: { GET: (request) => showForm(request, deps), POST: (request) => signIn(request, deps) },
    tell: (refusal) => errorPage(refusal, deps.issuer),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function showForm(request: HttpRequest, deps: SignInDeps, username?: string, refusal?: Refusal): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok) return { reply: await errorPage(interrupted.refusal, deps.issuer) };
  const form = openForm(request, deps.issuer);
  const reply = await signInPage({
    clientName: await clientName(interrupted.value, deps),
    username: username ?? single(interrupted.value, 'login_hint'),
    refusal,
    formToken: form.token,
    cookies: form.cookies,
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function clientName(interrupted: Parameters, deps: SignInDeps): Promise<string | undefined> {
  const clientId = single(interrupted, 'client_id');
  const client = clientId === undefined ? undefined : await deps.clients.find(clientId);
  return client?.clientName ?? client?.clientId;
}

async function signIn(request: HttpRequest, deps: SignInDeps): Promise<Answer> {
  const form = readForm(request);
  if (!form.ok) return refusedOnPage(form.refusal, deps);
  const unclear = refuseUnclear(form.value);
  if (unclear) return refusedOnPage(unclear, deps);
  const username = single(form.value, 'username') ?? '';
  if (!isOurForm(request, form.value, deps.issuer))
    return showForm(request, deps, username, { reason: 'form_token_invalid' });

  const attempt = { username, password: single(form.value, 'password') ?? '', sourceIp: request.sourceIp };
  const now = deps.now();
  const account = await verifyCredentials(attempt, deps.accounts, deps.throttle, now);
  if (!account.ok) return showForm(request, deps, username, account.refusal);

  const previous = request.cookies.get(cookieName(deps.issuer, sessionCookie));
  if (previous) await deps.sessions.end(previous);
  const sessionId = await deps.sessions.start(account.value.sub, now, deps.sessionLifetime);
  const cookies = [setCookie(deps.issuer, sessionCookie, sessionId)];
  return { reply: await goOn(request.rawQuery, cookies), decision: { verdict: 'allowed' } };
}

function goOn(rawQuery: string, cookies: string[]) {
  const interrupted = parseParameters(rawQuery);
  if (!interrupted.ok || interrupted.value.values.size === 0) return signedInPage(cookies);
  return seeOther(`${endpoints.authorize}?${encodeParameters(afterSignIn(interrupted.value))}`, cookies);
}

const refusedOnPage = async (refusal: Refusal, deps: SignInDeps): Promise<Answer> => ({
  reply: await errorPage(refusal, deps.issuer),
  decision: { verdict: 'refused', reason: refusal.reason },
});
