import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer } from '../support/server.ts';
import { account } from './account-flows.ts';

/* ML1: the page for lost passwords as it is deployed, where it hands its order over to another function and is done. */

const orders: { type: unknown; body: Record<string, unknown> }[] = [];
let status = 202;
const lambda = createServer(async (request, response) => {
  orders.push({ type: request.headers['x-amz-invocation-type'], body: JSON.parse(await text(request)) });
  response.writeHead(status).end();
}).listen(0, '127.0.0.1');
await once(lambda, 'listening');
const before = { ...process.env };
// The client of Lambda is made once for all files of a process, at the address of its first call.
vi.resetModules();
process.env['AWS_ENDPOINT_URL_LAMBDA'] = `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`;

const proxy = await startDatabaseProxy();
const server = await startTestServer({
  accounts: [{ ...account('ann'), email: 'ann@example.com' }],
  dynamodb: proxy.endpoint,
  environment: { PIXY_MAIL: 'arn:aws:lambda:eu-west-1:111122223333:function:mail' },
});

afterAll(() => {
  vi.resetModules();
  lambda.close();
  lambda.closeAllConnections();
  if (before['AWS_ENDPOINT_URL_LAMBDA'] === undefined) delete process.env['AWS_ENDPOINT_URL_LAMBDA'];
});

beforeEach(() => {
  server.clock.advance(3_600);
  orders.length = 0;
  status = 202;
});

async function askFor(username: string) {
  const person = newPerson(server);
  const page = await person.open('/forgotten-password');
  let answer = page;
  const calls = await proxy.callsDuring(async () => {
    answer = await person.submit(page, { username });
  });
  return { answer, calls: calls.toSorted() };
}

test('ML1: a known name, a known address and an unknown one get the same bytes, calls and orders', async () => {
  const seen = [];
  for (const name of ['ann', 'ANN@example.com', 'nobody', 'nobody@example.com', 'x@y']) {
    orders.length = 0;
    const { answer, calls } = await askFor(name);
    const { id, name: asked, ...order } = orders[0]?.body ?? {};
    expect([orders.length, orders[0]?.type, asked]).toEqual([1, 'Event', name]);
    expect(id).toMatch(/^[\w-]{43}$/);
    const { date: _, 'x-request-id': __, 'apigw-requestid': ___, ...headers } = answer.headers;
    seen.push({ status: answer.status, headers, body: answer.body, calls, order });
  }
  expect(seen[0]?.calls).toEqual(['UpdateItem pixy-people', 'UpdateItem pixy-people']);
  for (const one of seen) expect(one).toEqual(seen[0]);
});

test('ML6: where Lambda does not take the order, the person is told to try again, whoever it is', async () => {
  status = 500;
  const [known, unknown] = [await askFor('ann'), await askFor('nobody')];
  expect(known.answer.status).toBe(503);
  expect(unknown.answer.body.replaceAll(/<code>[^<]*<\/code>/g, '')).toBe(
    known.answer.body.replaceAll(/<code>[^<]*<\/code>/g, ''),
  );
  expect(server.auditLines.at(-1)).toContain('mail_failed');
});

test('without an account, nothing is read that a sign-in would not read: showing the page asks nothing', async () => {
  const person = newPerson(server);
  expect(await proxy.callsDuring(() => person.open('/forgotten-password'))).toEqual([]);
});
