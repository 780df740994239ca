import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { type HttpResponse, httpApiEvent, httpApiResponse } from '../http-api-event.ts';
import { findRoute } from './find-route.ts';
import { gatewayResponse } from './gateway-response.ts';
import { inTime, late } from './in-time.ts';
import { lambdaContext } from './lambda-context.ts';
import { readBody } from './read-body.ts';

export type HttpApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

export type GatewayLimits = {
  /** Path, query and headers together. */
  headerBytes: number;
  bodyBytes: number;
  /** The event as JSON, as passed to a Lambda function. */
  eventBytes: number;
  /** How long a function may take, in milliseconds. */
  integrationMs: number;
};

/** What the gateway calls, and within which limits. */
export type Integrations = {
  /**
   * Path → function. Paths match exactly as sent, with any method. A path that ends in `/{proxy+}` takes everything below it that
   * has no route of its own.
   */
  routes: ReadonlyMap<string, HttpApiHandler>;
  /** Requests wait for it: until then, there are not all routes. @default nothing */
  ready?: Promise<void> | undefined;
  /** A name besides those of this machine, such as `sign-in.example.com`: that of a proxy in front. */
  hostName?: string | undefined;
  limits: GatewayLimits;
  /** Receives every error that a client only sees as 500 or 503. */
  onError: (error: unknown) => void;
};

/**
 * Calls the function of a request and responds with what it returned. The gateway itself responds with 403 to a Host that is
 * neither this machine nor `hostName`, 404 without a route, 413 beyond the limits, 503 for a function that takes too long, and 500 for one that throws.
 * Rejects when the client aborts its request.
 */
export async function answerRequest(
  request: IncomingMessage,
  requestId: string,
  { routes, ready, hostName, limits, onError }: Integrations,
): Promise<HttpResponse> {
  const { host } = request.headers;
  if (!isLoopbackHost(host) && (hostName === undefined || nameIn(host) !== hostName)) return gatewayResponse(403);
  await ready;
  const { rawPath, rawQueryString } = splitTarget(request.url ?? '');
  const route = findRoute(routes, rawPath);
  const handler = route && routes.get(route);
  if (!handler) return gatewayResponse(404);
  const body = await readBody(request, limits.bodyBytes);
  if (!body) return gatewayResponse(413);
  const receivedAt = new Date();
  const target = { rawPath, route, rawQueryString };
  const payload = JSON.stringify(httpApiEvent(describeRequest(request, target, body, requestId, receivedAt)));
  if (Buffer.byteLength(payload) > limits.eventBytes) return gatewayResponse(413);
  try {
    const deadline = receivedAt.getTime() + limits.integrationMs;
    const returned = await inTime(handler(JSON.parse(payload), lambdaContext(deadline)), limits.integrationMs);
    if (returned !== late) return httpApiResponse(returned);
    onError(new Error(`${rawPath} did not answer within ${limits.integrationMs} ms`));
    return gatewayResponse(503);
  } catch (error) {
    onError(error);
    return gatewayResponse(500);
  }
}

const describeRequest = (
  request: IncomingMessage,
  target: { rawPath: string; route: string; rawQueryString: string },
  body: Buffer,
  requestId: string,
  receivedAt: Date,
) => ({
  ...target,
  method: request.method ?? '',
  httpVersion: request.httpVersion,
  headers: request.headersDistinct,
  body,
  sourceIp: request.socket.remoteAddress ?? '',
  port: request.socket.localPort ?? 0,
  requestId,
  receivedAt,
  traceId: `Root=1-${Math.floor(receivedAt.getTime() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
});

/**
 * Whether a Host header names this machine. A page whose name was made to resolve to 127.0.0.1 (DNS rebinding) sends its own name.
 * API Gateway answers 403 to a name that is not its own, too.
 */
const isLoopbackHost = (host: string | undefined): boolean =>
  /^(localhost|[\w-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host ?? '');

/** A Host header in lower case and without its port: a proxy may send that of its own port. */
const nameIn = (host = ''): string => host.toLowerCase().replace(/:\d{1,5}$/, '');

function splitTarget(target: string): { rawPath: string; rawQueryString: string } {
  const mark = target.indexOf('?');
  if (mark === -1) return { rawPath: target, rawQueryString: '' };
  return { rawPath: target.slice(0, mark), rawQueryString: target.slice(mark + 1) };
}
