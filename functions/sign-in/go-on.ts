import { type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { goOnAt } from '../../shared/oauth/after-sign-in.ts';
import { afterSignIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';

/** After a sign-in: on with the request that it interrupted, or to a page that leads to the account. */
export async function goOn(request: HttpRequest, cookies: string[], deps: { lookOf: LookOf }): Promise<Reply> {
  const interrupted = parseParameters(request.rawQuery);
  const next = interrupted.ok ? afterSignIn(interrupted.value) : undefined;
  if (next === undefined || next.values.size === 0) {
    return signedInPage(deps.lookOf(request), cookies, endpoints.account);
  }
  return seeOther(goOnAt(next), cookies);
}

/** One of the pages of the sign-in, with the request that it interrupts. */
export const withQuery = (path: `/${string}`, { rawQuery }: HttpRequest): `/${string}` =>
  rawQuery === '' ? path : `${path}?${rawQuery}`;
