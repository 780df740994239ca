import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { bearerRefusalReply } from '../../shared/http/bearer.ts';
import { type Answer, endpoint, type HttpApiHandler } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { manage, removeClient, replaceClient, showClient } from './manage.ts';
import { register } from './register.ts';
import type { RegistrationDeps } from './registration-deps.ts';

/** Where clients register themselves (RFC 7591), and where those with a token for it manage their registration (RFC 7592). */
export function registrationHandler(deps: RegistrationDeps): HttpApiHandler {
  const endpointWith = (methods: Record<string, (request: HttpRequest) => Promise<Answer>>) =>
    endpoint({
      name: 'client-registration',
      methods,
      tell: (refusal) => bearerRefusalReply(refusal, deps.issuer),
      crossOrigin: true,
      writeLine: deps.writeLine,
      now: deps.now,
    });
  const registering = endpointWith({ POST: (request) => register(request, deps) });
  const managing = endpointWith({
    GET: (request) => manage(request, showClient, deps),
    PUT: (request) => manage(request, replaceClient, deps),
    DELETE: (request) => manage(request, removeClient, deps),
  });
  return (event: APIGatewayProxyEventV2, context) =>
    (event.rawPath === endpoints.clientRegistration ? registering : managing)(event, context);
}
