import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { type HttpResponse, httpApiEvent, httpApiResponse } from './http-api-event.ts';

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

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const quotas: GatewayLimits = {
  headerBytes: 10_240,
  bodyBytes: 10 * 1024 * 1024,
  eventBytes: 6 * 1024 * 1024,
  integrationMs: 30_000,
};

/** How long a refused client may go on sending, in milliseconds. */
const lingerMs = 1_000;

// With 127.0.0.1 alone, a client that resolves localhost to ::1 and tries nothing else would fail.
const loopback = { localhost: ['127.0.0.1', '::1'], '127.0.0.1': ['127.0.0.1'], '::1': ['::1'] };

export type GatewayOptions = {
  /** 0 takes any free port. */
  port: number;
  /**
   * Path → function. Paths match exactly as sent, with any method. A path that ends in `/{proxy+}` takes everything below it that
   * has no route of its own.
   */
  routes: ReadonlyMap<string, HttpApiHandler>;
  /** @default 'localhost', which is 127.0.0.1 and, on a machine that has it, ::1 */
  host?: keyof typeof loopback;
  /** @default the quotas of AWS */
  limits?: Partial<GatewayLimits>;
  /** Receives every error that a client only sees as 500 or 503. @default one line on stderr */
  onError?: (error: unknown) => void;
};

type Gateway = {
  port: number;
  /** Stops listening and ends every connection, even in the middle of a request. */
  close: () => Promise<void>;
};

/**
 * Runs an HTTP API in this process: calls the handlers with the events that API Gateway would send, and responds with what it
 * would make of their results. Rejects with the socket's error when it cannot listen.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { routes, host = 'localhost', onError = writeLine } = options;
  const limits = { ...quotas, ...options.limits };
  const servers: Server[] = [];
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  let { port } = options;
  try {
    for (const address of loopback[host]) {
      const server = createServer({ maxHeaderSize: limits.headerBytes }, (request, response) => {
        // Only a client that left in the middle of its request gets no response.
        serve(request, response, { routes, limits, onError }).catch(() => response.destroy());
      });
      server.on('clientError', refuseUnreadable);
      const isBound = await listen(server, port, address, { optional: servers.length > 0 });
      if (!isBound) continue;
      servers.push(server);
      port = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    await close();
    // The port was free on one address but taken on the other.
    if (options.port === 0 && codeOf(error) === 'EADDRINUSE') return startGateway(options);
    throw error;
  }
  return { port, close };
}

/** Listens on an address. Returns false when it is optional and the machine does not have it. */
async function listen(server: Server, port: number, address: string, { optional }: { optional: boolean }) {
  try {
    await once(server.listen(port, address), 'listening');
    return true;
  } catch (error) {
    if (optional && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))) return false;
    throw error;
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

const writeLine = (error: unknown): void => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
};

type Integrations = { routes: GatewayOptions['routes']; limits: GatewayLimits; onError: (error: unknown) => void };

/** Rejects when the client aborts its request. */
async function serve(request: IncomingMessage, response: ServerResponse, integrations: Integrations): Promise<void> {
  const requestId = `${randomBytes(11).toString('base64url')}=`;
  const { statusCode, headers, body } = await answer(request, requestId, integrations);
  response.statusCode = statusCode;
  response.setHeader('apigw-requestid', requestId);
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.end(body);
}

async function answer(
  request: IncomingMessage,
  requestId: string,
  { routes, limits, onError }: Integrations,
): Promise<HttpResponse> {
  if (!isLoopbackHost(request.headers.host)) return gatewayResponse(403);
  const { rawPath, rawQueryString } = splitTarget(request.url ?? '');
  const route = findRoute(routes, rawPath);
  const handler = route && routes.get(route);
  if (!handler) return gatewayResponse(404);
  const body = await readBody(request, limits.bodyBytes);
  if (!body) return gatewayResponse(413);
  const receivedAt = new Date();
  const payload = JSON.stringify(
    httpApiEvent({
      method: request.method ?? '',
      rawPath,
      route,
      rawQueryString,
      httpVersion: request.httpVersion,
      headers: request.headersDistinct,
      body,
      sourceIp: request.socket.remoteAddress ?? '',
      port: request.socket.localPort ?? 0,
      requestId,
      receivedAt,
      traceId: `Root=1-${Math.floor(receivedAt.getTime() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    }),
  );
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

/**
 * Whether a Host header names this machine. A page whose name was made to resolve to 127.0.0.1 (DNS rebinding) sends its own name.
 * API Gateway answers 403 to a name that is not its own, too.
 */
const isLoopbackHost = (host: string | undefined): boolean =>
  /^(localhost|[\w-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host ?? '');

/** Returns the route's own path, or the longest greedy one above it. */
function findRoute(routes: GatewayOptions['routes'], rawPath: string): string | undefined {
  if (routes.has(rawPath)) return rawPath;
  const greedy = [...routes.keys()].filter((path) => path.endsWith(greedyEnd) && isBelow(rawPath, path));
  return greedy.sort((one, other) => other.length - one.length)[0];
}

const greedyEnd = '/{proxy+}';

/** Whether a path is below a greedy route. The folder itself is not, since a greedy variable stands for at least one character. */
function isBelow(rawPath: string, greedy: string): boolean {
  const folder = greedy.slice(0, 1 - greedyEnd.length);
  return rawPath.startsWith(folder) && rawPath.length > folder.length;
}

function splitTarget(target: string): { rawPath: string; rawQueryString: string } {
  const mark = target.indexOf('?');
  if (mark === -1) return { rawPath: target, rawQueryString: '' };
  return { rawPath: target.slice(0, mark), rawQueryString: target.slice(mark + 1) };
}

/** Returns undefined when the body exceeds the limit. */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) break;
    chunks.push(chunk);
  }
  if (size <= limit) return Buffer.concat(chunks);
  // Drains the rest, so that a client that sends everything before it reads also gets a response.
  request.resume();
  return undefined;
}

const late = Symbol('late');

async function inTime<Returned>(work: Promise<Returned>, milliseconds: number): Promise<Returned | typeof late> {
  const { promise, resolve } = Promise.withResolvers<typeof late>();
  const clock = setTimeout(resolve, milliseconds, late).unref();
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(clock);
  }
}

/** `deadline` is in epoch milliseconds. */
function lambdaContext(deadline: number): Context {
  const notOffered = () => {
    throw new Error('functions for nodejs24.x answer with a promise: done, fail and succeed are not offered');
  };
  return {
    awsRequestId: randomUUID(),
    functionName: 'local',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:local',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/local',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: notOffered,
    fail: notOffered,
    succeed: notOffered,
  };
}

/** The gateway's own responses, word for word. */
const messages = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

const gatewayResponse = (statusCode: keyof typeof messages): HttpResponse => ({
  statusCode,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify({ message: messages[statusCode] })),
});

/** Responds to an unreadable request, for which there is no ServerResponse. */
function refuseUnreadable(error: Error, socket: Duplex): void {
  // Already answered: the rest of a refused request is read so that the client gets to the response.
  if (socket.writableEnded) return;
  if (!socket.writable || codeOf(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { statusCode, headers, body } = gatewayResponse(codeOf(error) === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
  const lines = [...headers, ['content-length', body.length], ['connection', 'close']].map((line) => line.join(': '));
  socket.end([`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`, ...lines, '', body].join('\r\n'));
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
