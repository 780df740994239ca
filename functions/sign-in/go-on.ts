import { type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { takeWanted } from '../../shared/http/wanted-cookie.ts';
import { goOnAt } from '../../shared/oauth/after-sign-in.ts';
import { afterSignIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { type Parameters, parseParameters } from '../../shared/oauth/parameters.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';

type Deps = { issuer: string; lookOf: LookOf };

/** After a sign-in: on with the request that it interrupted, if there is one. */
export function goOn(request: HttpRequest, cookies: string[], deps: Deps): Promise<Reply> {
  const interrupted = parseParameters(request.rawQuery);
  return goOnWith(interrupted.ok ? interrupted.value : undefined, request, cookies, deps);
}

/** On with a request, to the page of the account that somebody wanted, or to one that leads to the account. */
export async function goOnWith(
  interrupted: Parameters | undefined,
  request: HttpRequest,
  cookies: string[],
  deps: Deps,
): Promise<Reply> {
  const wanted = takeWanted(request, deps.issuer);
  const all = [...cookies, ...wanted.cookies];
  const next = interrupted && afterSignIn(interrupted);
  if (next !== undefined && next.values.size > 0) return seeOther(goOnAt(next), all);
  return wanted.path ? seeOther(wanted.path, all) : signedInPage(deps.lookOf(request), all, endpoints.account);
}

/** One of the pages of the sign-in, with the request that it interrupts. */
export const withQuery = (path: `/${string}`, { rawQuery }: HttpRequest): `/${string}` =>
  rawQuery === '' ? path : `${path}?${rawQuery}`;
