import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';

/** How the database fails: `cut` breaks every connection, the others are answers of DynamoDB, to every call or to some kinds of them. */
export type Outage = 'cut' | { status: number; type: string; only?: string | readonly string[] };

/** A call that does not go on until it is let go, before the database hears of it or after it has answered. */
export type Held = { isHeld: Promise<void>; letGo: () => void };
type Side = 'before' | 'after';

export type DatabaseProxy = Awaited<ReturnType<typeof startDatabaseProxy>>;

/** An embedded DynamoDB behind a proxy that counts the calls and can be taken away; closed after the last test of the file. */
export async function startDatabaseProxy() {
  const database = await startEmbeddedDynamoDB();
  const calls: string[] = [];
  let outage: Outage | undefined;
  let failed: number | undefined;
  let holding: { at: number; side: Side; reached: () => void; free: Promise<void> } | undefined;

  async function holdIfMeant(number: number, side: Side): Promise<void> {
    if (holding === undefined || holding.at !== number || holding.side !== side) return;
    const { reached, free } = holding;
    holding = undefined;
    reached();
    await free;
  }

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { TableName, RequestItems = {} } = JSON.parse(body.toString());
    const table = TableName ?? Object.keys(RequestItems).join(' ');
    const call = `${String(incoming.headers['x-amz-target']).split('.')[1]} ${table}`;
    const number = calls.push(call);
    await holdIfMeant(number, 'before');
    const failure = number === failed ? { status: 400, type: 'AccessDeniedException' } : outage;
    if (failure && failure !== 'cut' && ('only' in failure ? [failure.only].flat() : [call]).includes(call)) {
      response.writeHead(failure.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${failure.type}`, message: '' }));
      return;
    }
    const { method, headers } = incoming;
    const [answer] = await once(request(database.endpoint, { method, headers, agent: false }).end(body), 'response');
    const answered = await buffer(answer);
    await holdIfMeant(number, 'after');
    response.writeHead(answer.statusCode, answer.headers);
    response.end(answered);
  }

  const server = createServer((incoming, response) => {
    if (outage === 'cut') incoming.socket.destroy();
    else forward(incoming, response).catch(() => incoming.socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await database.close();
  });

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What `work` asks of the database: operation and table, in order. */
    async callsDuring(work: () => Promise<unknown>): Promise<string[]> {
      const before = calls.length;
      await work();
      return calls.slice(before);
    },
    /** Holds the call that comes after so many others: 0 is the next one. */
    hold(index: number, side: Side): Held {
      let letGo = (): void => undefined;
      const free = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const isHeld = new Promise<void>((reached) => {
        holding = { at: calls.length + index + 1, side, reached, free };
      });
      return { isHeld, letGo };
    },
    /** Runs `work` while one call of it fails: that after so many others. */
    async failing<Value>(index: number, work: () => Promise<Value>): Promise<Value> {
      failed = calls.length + index + 1;
      try {
        return await work();
      } finally {
        failed = undefined;
      }
    },
    /** Runs `work` while the database fails. */
    async during<Value>(failure: Outage, work: () => Promise<Value>): Promise<Value> {
      outage = failure;
      if (failure === 'cut') server.closeAllConnections();
      try {
        return await work();
      } finally {
        outage = undefined;
      }
    },
  };
}
