import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import type { WireCall, WireReply } from '../explorer/tables-in-memory.ts';
import { answerCall } from './dynalite-copy.ts';
import { memoryStore } from './memory-store.ts';

/*
 * Takes the place of dynalite in tests that are not about the database: the same answers in a fraction of the time. equal.test.ts
 * compares the two.
 */

type Answer = (call: WireCall) => Promise<WireReply>;

const running = new Map<string, Answer>();

/** The database of this process at an endpoint, which needs no socket. */
export const databaseAt = (endpoint: URL): Answer | undefined => running.get(endpoint.origin);

/** An empty database behind a server, as dynalite is one, for whoever is in another process or behind a proxy. */
export function memoryServer(): Server {
  const store = memoryStore();
  const answer: Answer = async (call) => {
    // Whoever asked at the same time is served in between, as by a database that is somewhere else.
    await setImmediate();
    return answerCall(store, call);
  };
  const server = createServer((request, response) => {
    serve(answer, request, response).catch(() => request.socket.destroy());
  });
  let origin = '';
  return server
    .on('listening', () => {
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      running.set(origin, answer);
    })
    .on('close', () => running.delete(origin));
}

async function serve(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = (await buffer(request)).toString();
  const { 'x-amz-target': target, authorization = '' } = request.headers;
  const [, operation] = /^DynamoDB_20120810\.(\w+)$/.exec(String(target)) ?? [];
  const isSigned = /^AWS4-HMAC-SHA256 Credential=.+, SignedHeaders=.+, Signature=.+$/.test(authorization);
  const { status, body } =
    operation === undefined || !isSigned
      ? { status: 400, body: '{"__type":"com.amazon.coral.service#MissingAuthenticationTokenException"}' }
      : await answer({ operation, body: asked });
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
