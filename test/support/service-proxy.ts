import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll } from 'vitest';

/** What somebody who calls a service gets: an answer, the first half of one, no answer, or a connection that breaks. */
export type Given =
  | { status: number; headers: IncomingHttpHeaders; body: Buffer; isHalf?: boolean }
  | 'silence'
  | 'cut';

/** A call of a service of AWS on its way. */
export type Passing = {
  /** Like `DynamoDB_20120810`. */
  service: string;
  operation: string;
  body: string;
  /** Has the service answer. */
  pass: () => Promise<Exclude<Given, string>>;
};

/** A proxy in front of a service of AWS, where `give` decides what comes of every call; closed after the last test of the file. */
export async function proxyBefore(endpoint: string, give: (call: Passing) => Given | Promise<Given>) {
  const agent = new Agent({ keepAlive: true });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method, headers } = incoming;
    const [service = '', operation = ''] = String(headers['x-amz-target']).split('.');
    async function pass() {
      const [answer] = await once(request(endpoint, { method, headers, agent }).end(body), 'response');
      const { 'transfer-encoding': _, ...kept } = answer.headers;
      return { status: answer.statusCode, headers: kept, body: await buffer(answer) };
    }
    answerWith(await give({ service, operation, body: body.toString(), pass }), response);
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterAll(() => {
    server.close();
    server.closeAllConnections();
    agent.destroy();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Breaks every connection. */
    cutAll: () => server.closeAllConnections(),
  };
}

function answerWith(given: Given, response: ServerResponse): void {
  if (given === 'silence') return;
  if (given === 'cut') {
    response.socket?.destroy();
    return;
  }
  const { status, headers, body, isHalf } = given;
  response.writeHead(status, { ...headers, 'content-length': body.length });
  if (isHalf) response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
  else response.end(body);
}
