import type { Answer } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { answerMode, echoedState, noting } from '../../shared/oauth/authorization-request.ts';
import { errorParameters } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { carrierOf, isSigned } from '../../shared/oauth/response-type.ts';
import { formPostPage } from '../../shared/pages/form-post-page.ts';
import { authorizationResponse } from '../authorize/authorization-response.ts';
import type { ConsentDeps } from './consent-deps.ts';
import type { Interrupted } from './find-interrupted.ts';

/** RFC 6749 §4.1.2.1: tells the client that the person said no (`access_denied`). Nothing is remembered. */
export async function deny(
  { parameters, address, client, redirectUri }: Interrupted,
  request: HttpRequest,
  deps: ConsentDeps,
): Promise<Answer> {
  const mode = answerMode(parameters);
  // An answer that is signed comes from the function that can sign.
  if (isSigned(mode)) {
    return { reply: seeOther(`${endpoints.authorizeHybrid}?${encodeParameters(noting('denied', address))}`) };
  }
  const refusal: Refusal = { reason: 'consent_denied' };
  return {
    reply: await authorizationResponse(
      carrierOf(mode),
      redirectUri,
      { ...errorParameters(refusal, deps.issuer), state: echoedState(parameters), iss: deps.issuer },
      (to, response) => formPostPage(deps.lookOf(request, parameters), to, response),
    ),
    decision: { verdict: 'refused', client: client.clientId, reason: refusal.reason },
  };
}
