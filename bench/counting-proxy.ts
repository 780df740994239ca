import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One call of the database, and the capacity units that DynamoDB would charge for it. */
export type CountedCall = { operation: string; table: string; writeUnits: number; readUnits: number };

/** A proxy in front of a DynamoDB endpoint that writes down every call and what it costs. */
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
    // A condition that does not hold is charged as the write would have been, and embedded databases do not say so.
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
    /** What `work` asks of the database, in order. */
    async callsDuring(work: () => Promise<unknown>): Promise<CountedCall[]> {
      const before = calls.length;
      await work();
      return calls.slice(before);
    },
    /** How many calls there were so far. */
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
