import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { answerTheParent } from '../server-process.ts';
import { bucket, latencies, percentiles } from '../simulate/latency.ts';

/*
 * store.ts <p50> <p99> <write units> <read units>: the embedded DynamoDB in a process of its own, behind a proxy that answers as late as
 * DynamoDB does, and throttles the Grants table's writes and the People table's reads as a table with so many units a second does. It
 * asks at once, and holds the answer back until its time.
 */

const [p50 = 4, p99 = 20, writeUnits = Infinity, readUnits = Infinity] = process.argv.slice(2).map(Number);
const { endpoint } = await startEmbeddedDynamoDB();
const drawLatency = latencies({ p50, p99 }, Math.random);
const takes = {
  write: bucket(writeUnits, writeUnits),
  read: bucket(readUnits, readUnits),
};
const agent = new Agent({ keepAlive: true });
const told = { calls: 0, throttled: 0, writeUnits: 0, readUnits: 0 };
/** Milliseconds from a request to its answer. */
let times: number[] = [];

/** What happened since the last time that somebody asked. */
export type Told = typeof told & { p50: number; p99: number };

function tell(): Told {
  const { p50: half, p99: most } = percentiles(Float64Array.from(times));
  const answer = { ...told, p50: half, p99: most };
  Object.assign(told, { calls: 0, throttled: 0, writeUnits: 0, readUnits: 0 });
  times = [];
  return answer;
}

type Input = {
  ConsistentRead?: boolean;
  UpdateExpression?: string;
  RequestItems?: Record<string, { Keys: object[]; ConsistentRead?: boolean }>;
};

/** The units that DynamoDB charges for a call. All items are small; a write that adds an item to the index by person counts twice. */
function unitsOf(operation: string, input: Input): { kind: 'write' | 'read'; units: number } {
  if (operation === 'UpdateItem')
    return { kind: 'write', units: /heldBy = /.test(input.UpdateExpression ?? '') ? 2 : 1 };
  if (/^(Put|Delete)/.test(operation)) return { kind: 'write', units: 1 };
  const of = (isConsistent = false) => (isConsistent ? 1 : 0.5);
  const items = Object.values(input.RequestItems ?? {});
  if (items.length === 0) return { kind: 'read', units: of(input.ConsistentRead) };
  return {
    kind: 'read',
    units: items.reduce((sum, { Keys, ConsistentRead }) => sum + Keys.length * of(ConsistentRead), 0),
  };
}

const throttled = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
  message: 'Throughput exceeds the current capacity of your table or index.',
});

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const start = performance.now();
  const body = await buffer(incoming);
  const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
  const { kind, units } = unitsOf(operation, JSON.parse(body.toString()) as Input);
  told.calls += 1;
  const due = start + drawLatency();
  if (!takes[kind](start, units)) {
    told.throttled += 1;
    await pause(Math.max(0, due - performance.now()));
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(throttled);
    return;
  }
  told[`${kind}Units`] += units;
  const { method, headers } = incoming;
  const [given] = (await once(request(endpoint, { method, headers, agent }).end(body), 'response')) as [
    IncomingMessage,
  ];
  const text = await buffer(given);
  await pause(Math.max(0, due - performance.now()));
  response.writeHead(given.statusCode ?? 502, { ...given.headers, 'content-length': text.length }).end(text);
  times.push(performance.now() - start);
}

const server = createServer((incoming, response) => {
  if (incoming.method === 'GET') response.end(JSON.stringify(tell()));
  else answer(incoming, response).catch(() => incoming.socket.destroy());
});
server.keepAliveTimeout = 60_000;
await once(server.listen(0, '127.0.0.1'), 'listening');
answerTheParent({ endpoint, slow: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
