import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { AccountDeps } from './account-deps.ts';
import { act } from './act.ts';
import { showAccount } from './show-account.ts';
import { findPerson, readAccountForm, toSignIn } from './signed-in-person.ts';

/** Where people see and end what is in their name: sessions, apps with access, passkeys, the authenticator app. */
export const accountHandler = (deps: AccountDeps) =>
  endpoint({
    name: 'account',
    isolated: true,
    methods: { GET: (request) => show(request, deps), POST: (request) => change(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function show(request: HttpRequest, deps: AccountDeps): Promise<Answer> {
  const person = await findPerson(request, deps);
  return person ? showAccount(request, person, deps) : toSignIn(request, deps.issuer, 'nobody');
}

async function change(request: HttpRequest, deps: AccountDeps): Promise<Answer> {
  const person = await findPerson(request, deps);
  if (person === undefined) return toSignIn(request, deps.issuer, 'nobody');
  const form = readAccountForm(request, person);
  if (!form.ok) return showAccount(request, person, deps, form.refusal);
  const done = await act(request, form.value, person, deps);
  return done.ok ? done.value : showAccount(request, person, deps, done.refusal);
}
