import { type Answer, endpoint, type HttpApiHandler } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { AuthenticatorDeps } from './authenticator-deps.ts';
import { findPerson, isFresh, type SignedInPerson, toSignIn } from './signed-in-person.ts';

type Step = (request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps) => Promise<Answer>;

/** `needsApp`: whether the page is for somebody whose authenticator app is set up, or for somebody who has none. */
type Page = { name: string; needsApp: boolean; get: Step; post: Step };

/** A page about the authenticator app of somebody who is signed in. */
export const authenticatorPage = ({ name, needsApp, get, post }: Page, deps: AuthenticatorDeps): HttpApiHandler =>
  endpoint({
    name,
    isolated: true,
    methods: {
      GET: (request) => visit(request, needsApp, get, deps),
      POST: (request) => visit(request, needsApp, post, deps),
    },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** Shortly after a sign-in, and only with the matching state: an app in the place of another one would lock its person out. */
async function visit(request: HttpRequest, needsApp: boolean, step: Step, deps: AuthenticatorDeps): Promise<Answer> {
  const person = await findPerson(request, deps);
  if (person === undefined) return toSignIn(deps.issuer, 'nobody');
  if (!isFresh(person, deps.now())) return toSignIn(deps.issuer, 'not_fresh');
  const hasApp = (await deps.totps.look(person.account)) !== undefined;
  return hasApp === needsApp ? step(request, person, deps) : { reply: seeOther(endpoints.account) };
}
