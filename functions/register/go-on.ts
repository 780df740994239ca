import { type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { goOnAt } from '../../shared/oauth/after-sign-in.ts';
import { afterSignIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';

/** With the account made: on to /authorize with the request that was interrupted, or to a page that says that it is done. */
export function goOn(request: HttpRequest, cookies: string[]): Reply {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok || interrupted.value.values.size === 0) {
    return seeOther(`${endpoints.register}?done=yes`, cookies);
  }
  const next = afterSignIn(interrupted.value);
  return seeOther(next.values.size === 0 ? endpoints.authorize : goOnAt(next), cookies);
}
