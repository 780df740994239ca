import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One call of the database, and the capacity units that DynamoDB would charge for it. */
export type CountedCall = { operation: string; table: string; writeUnits: number; readUnits: number };

/** Starts a proxy in front of a DynamoDB endpoint that records every call and its cost. */
export async function startCountingProxy(endpoint: string) {
  const calls: CountedCall[] = [];
  const agent = new Agent({ keepAlive: true });

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const input = JSON.parse((await buffer(incoming)).toString()) as Record<string, unknown>;
    const body = Buffer.from(
      JSON.stringify(costed.has(operation) ? { ...input, ReturnConsumedCapacity: 'TOTAL' } : input),
    );
    const headers = { ...incoming.headers, 'content-length': body.length, 'accept-encoding': 'identity' };
    const [answer] = (await once(request(endpoint, { method: 'POST', headers, agent }).end(body), 'response')) as [
      IncomingMessage,
    ];
    const { ConsumedCapacity, ...output } = JSON.parse((await buffer(answer)).toString()) as Record<string, unknown>;
    const units = [ConsumedCapacity ?? []]
      .flat()
      .reduce((sum: number, one) => sum + Number((one as Units).CapacityUnits), 0);
    const isWrite = /^(Put|Update|Delete)/.test(operation);
    // A failed condition is charged like the write, which embedded databases do not report.
    const charged = isWrite && answer.statusCode === 400 ? Math.max(units, 1) : units;
    const { TableName, RequestItems = {} } = input as { TableName?: string; RequestItems?: object };
    const table = TableName ?? Object.keys(RequestItems).join(' ');
    calls.push({ operation, table, writeUnits: isWrite ? charged : 0, readUnits: isWrite ? 0 : charged });
    const text = JSON.stringify(output);
    response.writeHead(answer.statusCode ?? 502, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  }

  const server = createServer((incoming, response) => {
    forward(incoming, response).catch(() => incoming.socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Returns the database calls that `work` makes, in order. */
    async callsDuring(work: () => Promise<unknown>): Promise<CountedCall[]> {
      const before = calls.length;
      await work();
      return calls.slice(before);
    },
    /** Returns the number of calls so far. */
    counted: () => calls.length,
    close(): void {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

type Units = { CapacityUnits: number };

const costed = new Set(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'BatchGetItem', 'Scan']);
