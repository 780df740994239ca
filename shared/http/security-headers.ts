import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { anyOrigin } from './cors.ts';
import type { Reply } from './reply.ts';

const always = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Adds the headers that every reply carries, successful or not. Pages set their own Content-Security-Policy. */
export function securityHeaders({
  crossOrigin = false,
  isolated = false,
}: {
  crossOrigin?: boolean;
  isolated?: boolean;
}): MiddlewareObj<APIGatewayProxyEventV2, Reply> {
  const add: NonNullable<MiddlewareObj<APIGatewayProxyEventV2, Reply>['after']> = (request) => {
    const requestId = request.event.requestContext.requestId;
    const headers = {
      ...always,
      ...(crossOrigin && anyOrigin),
      ...(isolated && { 'cross-origin-opener-policy': 'same-origin' }),
      'x-request-id': requestId,
      ...request.response?.headers,
    };
    request.response = { ...request.response, headers };
  };
  return { after: add, onError: add };
}
