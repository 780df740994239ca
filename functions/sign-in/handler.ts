import { verifyPassword } from '../../shared/hooks/verify-password.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
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
import { signInPage } from '../../shared/pages/sign-in-page.ts';
import { displayName } from '../../shared/people/account.ts';
import { toProvider, upstreamProblem } from '../upstream/from-sign-in.ts';
import { beginSession } from './begin-session.ts';
import { chooseAccount, selectable, showAccounts } from './choose-account.ts';
import { goOn } from './go-on.ts';
import { askForCode } from './second-factor.ts';
import { waysToSignIn } from './second-factor-ways.ts';
import type { SignInDeps } from './sign-in-deps.ts';

/**
 * The sign-in page. Its query is the authorization request it interrupts: signing in makes a session and goes on to /authorize
 * with it, where everything is checked again from the start. There is no other place it could send anybody.
 */
export const signInHandler = (deps: SignInDeps) =>
  endpoint({
    name: 'sign-in',
    methods: { GET: (request) => showForm(request, deps), POST: (request) => signIn(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** What somebody filled in before, to be shown again. Never the password. */
type Tried = { username: string; keep: boolean };

async function showForm(request: HttpRequest, deps: SignInDeps, tried?: Tried, refusal?: Refusal): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok) return { reply: await errorPage(interrupted.refusal, deps.issuer, deps.lookOf(request)) };
  const chosen = refusal ? undefined : toProvider(single(interrupted.value, 'idp'), interrupted.value, deps.upstreams);
  if (chosen) return { reply: chosen };
  const people = refusal ? [] : await selectable(request, interrupted.value, deps);
  if (people.length > 0) {
    return showAccounts(request, interrupted.value, people, await clientName(interrupted.value, deps), deps);
  }
  const form = openForm(request, deps.issuer);
  const look = deps.lookOf(request, interrupted.value);
  const ways = await waysToSignIn(request, interrupted.value, { browser: form.token, look }, deps);
  const reply = await signInPage(look, {
    ...ways,
    clientName: await clientName(interrupted.value, deps),
    username: tried?.username ?? single(interrupted.value, 'login_hint'),
    refusal,
    problem: refusal ? undefined : (ways.problem ?? upstreamProblem(interrupted.value, deps.upstreams, look)),
    providers: deps.upstreams,
    keep: { isChecked: tried?.keep ?? false },
    ...(deps.registration && { registerPath: registerPath(interrupted.value) }),
    formToken: form.token,
    cookies: [...form.cookies, ...ways.cookies],
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

/** The authorization request goes along, so that somebody new ends where they wanted to go. */
const registerPath = (interrupted: Parameters): string =>
  interrupted.values.size === 0 ? endpoints.register : `${endpoints.register}?${encodeParameters(interrupted)}`;

async function clientName(interrupted: Parameters, deps: SignInDeps): Promise<string | undefined> {
  const clientId = single(interrupted, 'client_id');
  const client = clientId === undefined ? undefined : await deps.clients.find(clientId);
  return client?.clientName ?? client?.clientId;
}

async function signIn(request: HttpRequest, deps: SignInDeps): Promise<Answer> {
  const form = readForm(request);
  if (!form.ok) return refusedOnPage(form.refusal, request, deps);
  const unclear = refuseUnclear(form.value);
  if (unclear) return refusedOnPage(unclear, request, deps);
  const username = single(form.value, 'username') ?? '';
  const keep = single(form.value, 'keep') !== undefined;
  const again = (refusal: Refusal) => showForm(request, deps, { username, keep }, refusal);
  if (!isOurForm(request, form.value, deps.issuer)) return again({ reason: 'form_token_invalid' });

  const account = single(form.value, 'account');
  if (account !== undefined) return select(request, account, deps);
  const idp = single(form.value, 'idp');
  const interrupted = parseParameters(request.rawQuery);
  const chosen = interrupted.ok ? toProvider(idp, interrupted.value, deps.upstreams) : undefined;
  if (chosen) return { reply: chosen };
  if (!deps.hasPasswords) return again({ reason: 'passwords_off' });
  const attempt = { username, password: single(form.value, 'password') ?? '', sourceIp: request.sourceIp };
  const now = deps.now();
  const verified = await verifyPassword(attempt, deps, now);
  if (!verified.ok) return again(verified.refusal);

  const { account: person, amr } = verified.value;
  const { sub, epoch } = person;
  const asked = await askForCode(request, { sub, epoch, account: displayName(person), keep }, deps);
  if (asked) return asked;
  const cookie = await beginSession(request, { account: person, amr, keep }, deps);
  return { reply: await goOn(request, [cookie], deps), decision: { verdict: 'allowed' } };
}

async function select(request: HttpRequest, account: string, deps: SignInDeps): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok) return refusedOnPage(interrupted.refusal, request, deps);
  const people = await selectable(request, interrupted.value, deps);
  return chooseAccount(request, interrupted.value, people, account, deps);
}

const refusedOnPage = async (refusal: Refusal, request: HttpRequest, deps: SignInDeps): Promise<Answer> => ({
  reply: await errorPage(refusal, deps.issuer, deps.lookOf(request)),
  decision: { verdict: 'refused', reason: refusal.reason },
});
