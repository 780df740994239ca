import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';

/** How the database fails: `cut` breaks every connection, the others are answers of DynamoDB, to every call or to one kind of them. */
export type Outage = 'cut' | { status: number; type: string; only?: string };

/** An embedded DynamoDB behind a proxy that counts the calls and can be taken away; closed after the last test of the file. */
export async function startDatabaseProxy() {
  const database = await startEmbeddedDynamoDB();
  const calls: string[] = [];
  let outage: Outage | undefined;

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { TableName, RequestItems = {} } = JSON.parse(body.toString());
    const table = TableName ?? Object.keys(RequestItems).join(' ');
    const call = `${String(incoming.headers['x-amz-target']).split('.')[1]} ${table}`;
    calls.push(call);
    if (outage && outage !== 'cut' && (outage.only ?? call) === call) {
      response.writeHead(outage.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${outage.type}`, message: '' }));
      return;
    }
    const { method, headers } = incoming;
    const [answer] = await once(request(database.endpoint, { method, headers, agent: false }).end(body), 'response');
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
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
