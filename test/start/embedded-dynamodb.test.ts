import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';

/** A request that the database has begun to read. */
async function begin(endpoint: string): Promise<ClientRequest> {
  const headers = {
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20261122T120000Z',
    authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=f, Signature=g',
    expect: '100-continue',
  };
  const begun = request(endpoint, { method: 'POST', headers });
  begun.flushHeaders();
  await once(begun, 'continue');
  return begun;
}

const brokenOff = (begun: ClientRequest): Promise<unknown> =>
  new Promise((resolve) => begun.on('error', () => {}).on('close', resolve));

test('answers what it was asked before it closes', async () => {
  const database = await startEmbeddedDynamoDB(undefined, 120_000);
  const begun = await begin(database.endpoint);
  const closed = database.close();
  const [answer] = await once(begun.end('{}'), 'response');
  expect([answer.statusCode, await text(answer)]).toEqual([200, '{"TableNames":[]}']);
  await closed;
});

test('goes on when a client breaks off its request', async () => {
  const database = await startEmbeddedDynamoDB();
  const broken = await begin(database.endpoint);
  await brokenOff(broken.destroy());
  const [answer] = await once((await begin(database.endpoint)).end('{}'), 'response');
  expect(answer.statusCode).toBe(200);
  await Promise.all([text(answer), database.close()]);
});

test('is not kept open by a client that never ends its request, and takes no new one', async () => {
  const database = await startEmbeddedDynamoDB(undefined, 100);
  const begun = await begin(database.endpoint);
  const gone = brokenOff(begun);
  const closed = database.close();
  await expect(begin(database.endpoint)).rejects.toThrow(/ECONN|hang up/);
  await Promise.all([closed, gone]);
});
