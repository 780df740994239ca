import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { type Answer, endpoint, type HttpApiHandler } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { findPerson, isFresh, type PersonDeps, type SignedInPerson, toSignIn } from './signed-in-person.ts';

export type FreshPageDeps = PersonDeps & { lookOf: LookOf; writeLine: WriteLine };

/** What a page does once it is known who is at it. */
export type Step<Deps> = (request: HttpRequest, person: SignedInPerson, deps: Deps) => Promise<Answer>;

type FreshPage<Deps> = {
  /** Its name in the audit log. */
  name: string;
  /** Whether this server has the page at all. Default: yes. Where it has not, people come to the page of their account. */
  isOffered?: boolean;
  get: Step<Deps>;
  post?: Step<Deps>;
};

/**
 * A page that shows or changes the ways into an account, or everything about it. It is for somebody who signed in shortly ago: others
 * are asked to sign in first.
 */
export function freshPage<Deps extends FreshPageDeps>(page: FreshPage<Deps>, deps: Deps): HttpApiHandler {
  const { name, isOffered = true, get, post } = page;
  const visit = (step: Step<Deps>) => async (request: HttpRequest) => {
    const person = await findPerson(request, deps);
    if (person === undefined) return toSignIn(request, deps.issuer, 'nobody');
    if (!isOffered) return { reply: seeOther(endpoints.account) };
    return isFresh(person, deps.now()) ? step(request, person, deps) : toSignIn(request, deps.issuer, 'not_fresh');
  };
  return endpoint({
    name,
    isolated: true,
    methods: { GET: visit(get), ...(post && { POST: visit(post) }) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });
}
