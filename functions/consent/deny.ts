import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { answerMode, echoedState } from '../../shared/oauth/authorization-request.ts';
import { errorParameters } from '../../shared/oauth/describe-refusal.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { authorizationResponse } from '../authorize/authorization-response.ts';
import type { ConsentDeps } from './consent-deps.ts';
import type { Interrupted } from './find-interrupted.ts';

/** RFC 6749 §4.1.2.1: tells the client that the person said no (`access_denied`). Nothing is remembered. */
export async function deny(
  { parameters, client, redirectUri }: Interrupted,
  request: HttpRequest,
  deps: ConsentDeps,
): Promise<Answer> {
  const refusal: Refusal = { reason: 'consent_denied' };
  return {
    reply: await authorizationResponse(
      answerMode(parameters),
      redirectUri,
      { ...errorParameters(refusal, deps.issuer), state: echoedState(parameters), iss: deps.issuer },
      deps.lookOf(request, parameters),
    ),
    decision: { verdict: 'refused', client: client.clientId, reason: refusal.reason },
  };
}
