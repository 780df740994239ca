import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { takeNotice } from '../../shared/http/notice-cookie.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { statusOf } from '../../shared/oauth/refusal-catalogue.ts';
import { accountPage } from '../../shared/pages/account-page.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { displayName } from '../../shared/people/account.ts';
import { listedIdOf } from '../../shared/people/session-store.ts';
import { upstreamProblem } from '../upstream/from-sign-in.ts';
import type { AccountDeps } from './account-deps.ts';
import { act } from './act.ts';
import { listApps } from './apps.ts';
import { deviceName } from './device-name.ts';
import { findPerson, readAccountForm, type SignedInPerson, toSignIn } from './signed-in-person.ts';

/** Where people see and end what is in their name: sessions, apps with access, passkeys, the authenticator app. */
export const accountHandler = (deps: AccountDeps) =>
  endpoint({
    name: 'account',
    methods: { GET: (request) => open(request, deps), POST: (request) => change(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function open(request: HttpRequest, deps: AccountDeps): Promise<Answer> {
  const person = await findPerson(request, deps);
  return person ? show(request, person, deps) : toSignIn(deps.issuer, 'nobody');
}

async function change(request: HttpRequest, deps: AccountDeps): Promise<Answer> {
  const person = await findPerson(request, deps);
  if (person === undefined) return toSignIn(deps.issuer, 'nobody');
  const form = readAccountForm(request, person);
  if (!form.ok) return show(request, person, deps, form.refusal);
  const done = await act(form.value, person, deps);
  return done.ok ? done.value : show(request, person, deps, done.refusal);
}

async function show(
  request: HttpRequest,
  { account, session, sessionId, formToken }: SignedInPerson,
  deps: AccountDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const now = deps.now();
  const look = deps.lookOf(request);
  const { sub } = session;
  const [sessions, passkeys, totp, apps, links] = await Promise.all([
    deps.sessions.list(sub, now),
    deps.passkeys.list(sub),
    deps.totps.look(sub),
    listApps(account, deps),
    deps.links.list(sub),
  ]);
  const asked = parseParameters(request.rawQuery);
  const here = listedIdOf(sessionId);
  const notice = takeNotice(request, deps.issuer);
  const reply = await accountPage(look, {
    account: displayName(account),
    now,
    done: notice.done && look.text(`done.${notice.done}`),
    signOutPath: endpoints.signOut,
    password: deps.hasPasswords
      ? { isSet: account.passwordHash !== undefined, path: endpoints.accountPassword }
      : undefined,
    passkeys: { list: passkeys, addPath: endpoints.accountPasskey },
    totp:
      deps.hasPasswords || totp
        ? {
            isOn: totp !== undefined,
            codesLeft: totp?.codesLeft ?? 0,
            setupPath: endpoints.accountAuthenticator,
            newCodesPath: endpoints.accountRecoveryCodes,
          }
        : undefined,
    sessions: sessions
      .toSorted((one, other) => Number(other.id === here) - Number(one.id === here) || other.authTime - one.authTime)
      .map(({ id, authTime, userAgent }) => ({
        id,
        isThisDevice: id === here,
        device: deviceName(userAgent),
        signedInAt: authTime,
      })),
    apps,
    linked: links.map(({ id, provider, label }) => ({
      id,
      provider: deps.upstreams.find((upstream) => upstream.id === provider)?.name ?? provider,
      name: label,
    })),
    linkable: deps.upstreams.map(({ id, name }) => ({ provider: name, path: `${endpoints.upstream}/${id}/start` })),
    formToken,
    cookies: notice.cookies,
    problem: asked.ok ? upstreamProblem(asked.value, deps.upstreams, look) : undefined,
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal) }),
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}
