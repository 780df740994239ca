import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequest, type GatewayLimits, type Integrations } from './gateway/answer-request.ts';
import { refuseUnreadable } from './gateway/gateway-response.ts';
import { codeOf } from './gateway/socket-error.ts';

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

// With 127.0.0.1 alone, a client that resolves localhost to ::1 and tries nothing else would fail.
const loopback = { localhost: ['127.0.0.1', '::1'], '127.0.0.1': ['127.0.0.1'], '::1': ['::1'] };

export type GatewayOptions = {
  /** 0 takes any free port. */
  port: number;
  routes: Integrations['routes'];
  ready?: Integrations['ready'];
  /** @default 'localhost', which is 127.0.0.1 and, on a machine that has it, ::1 */
  host?: keyof typeof loopback;
  /** A name besides those of this machine that requests may be for: that of a proxy in front. */
  hostName?: Integrations['hostName'];
  /** @default the quotas of AWS */
  limits?: Partial<GatewayLimits>;
  /** Receives every error that a client only sees as 500 or 503. @default one line on stderr */
  onError?: Integrations['onError'];
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
  const { routes, ready, host = 'localhost', hostName, onError = writeLine } = options;
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
        serve(request, response, { routes, ready, hostName, limits, onError }).catch(() => response.destroy());
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

const writeLine = (error: unknown): void => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
};

/** Rejects when the client aborts its request. */
async function serve(request: IncomingMessage, response: ServerResponse, integrations: Integrations): Promise<void> {
  const requestId = `${randomBytes(11).toString('base64url')}=`;
  const { statusCode, headers, body } = await answerRequest(request, requestId, integrations);
  response.statusCode = statusCode;
  response.setHeader('apigw-requestid', requestId);
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.end(body);
}
