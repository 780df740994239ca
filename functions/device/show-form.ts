import type { Answer } from '../../shared/http/endpoint.ts';
import { openForm } from '../../shared/http/form-token.ts';
import { headersOf } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { userCodePage } from '../../shared/pages/device-page.ts';
import type { Look } from '../../shared/pages/look.ts';
import { type Problem, problemOf } from '../../shared/pages/problem.ts';
import type { DeviceDeps } from './device-deps.ts';

/** The page that asks for the user code, with what was typed before or came with a link. `refusal`: what was wrong with it. */
export async function showForm(
  request: HttpRequest,
  typed: string,
  deps: DeviceDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = deps.lookOf(request);
  const form = openForm(request, deps.issuer);
  const reply = await userCodePage(look, {
    userCode: typed,
    formToken: form.token,
    cookies: form.cookies,
    ...(refusal && { problem: explain(refusal, look), status: statusOf(refusal), headers: headersOf(refusal) }),
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

/** What is wrong with the code, in the person's language. Only this page has the texts: they are not in the bundles of the others. */
function explain(refusal: Refusal, look: Look): Problem {
  if (refusal.reason === 'user_code_unknown') return { text: look.text('device.unknown'), field: 'user_code' };
  if (refusal.reason !== 'user_code_throttled') return problemOf(refusal, look);
  return { text: look.count('device.throttled', Math.ceil(refusal.retryAfter / 60)) };
}
