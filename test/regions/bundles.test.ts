import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildFunctions } from '../../infra/bundling/build.ts';
import { homesOf } from '../support/regions.ts';

/* The functions as they are deployed, in their second region, with a stand-in for Lambda in the first. */

const folder = mkdtempSync(join(tmpdir(), 'pixy-regions-'));
const seen: { url: string; event: Record<string, unknown> }[] = [];
let answer: { status: number; headers?: Record<string, string>; body: string } | 'cut';
const lambda = createServer(async (request, response) => {
  seen.push({ url: request.url ?? '', event: JSON.parse(await text(request)) });
  if (answer === 'cut') request.socket.destroy();
  else response.writeHead(answer.status, answer.headers).end(answer.body);
});

beforeAll(async () => {
  await buildFunctions(folder, ['token', 'authorize', 'account']);
  await once(lambda.listen(0, '127.0.0.1'), 'listening');
});

afterAll(() => {
  lambda.close();
  lambda.closeAllConnections();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  seen.length = 0;
});

const eventOf = (rawPath: string, method: string, fields: Record<string, string>, more: object = {}) => ({
  version: '2.0',
  rawPath,
  rawQueryString: '',
  headers: { 'content-type': 'application/x-www-form-urlencoded', host: 'sign-in.example.com' },
  requestContext: { requestId: 'the-request', http: { method, path: rawPath, sourceIp: '192.0.2.1' } },
  body: new URLSearchParams(fields).toString(),
  isBase64Encoded: false,
  ...more,
});
const refreshing = { grant_type: 'refresh_token', refresh_token: 'a.some-token', client_id: 'spa' };

/** Calls a bundle in a process of its own: what it returns, and the audit lines. */
async function call(name: string, event: object, environment: Record<string, string> = {}) {
  const code = `const { handler } = await import(${JSON.stringify(join(folder, name, 'index.mjs'))});
    const returned = await handler(${JSON.stringify(event)}, {});
    console.log('returned ' + JSON.stringify(returned));
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`,
      // Nobody listens there.
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      PIXY_ISSUER: 'https://sign-in.example.com',
      PIXY_GRANTS_TABLE: 'grants',
      PIXY_CLIENTS_TABLE: 'clients',
      PIXY_PEOPLE_TABLE: 'people',
      PIXY_KEYS_TABLE: 'keys',
      PIXY_KMS_KEY_ID: 'arn:aws:kms:eu-west-1:111122223333:key/mrk-0a1b2c3d',
      ...homesOf('b'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = (await text(child.stdout)).split('\n').filter((line) => line !== '');
  const returned = lines.find((line) => line.startsWith('returned '))?.slice('returned '.length);
  return {
    returned: JSON.parse(returned ?? 'null'),
    audited: lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)),
  };
}

test('pass on what belongs elsewhere, whole, and answer what comes back', async () => {
  const reply = { statusCode: 200, headers: { 'x-of': 'a' }, cookies: ['one=1'], body: '{"access_token":"x"}' };
  answer = { status: 200, body: JSON.stringify(reply) };
  const event = eventOf('/token', 'POST', refreshing);
  expect(await call('token', event)).toEqual({ returned: reply, audited: [] });
  expect(seen).toEqual([
    { url: '/2015-03-31/functions/pixy-a-token/invocations', event: { ...event, passedOnBy: 'b' } },
  ]);
});

test.each<[string, typeof answer]>([
  ['fails', { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"x"}' }],
  ['is throttled', { status: 429, body: '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}' }],
  ['breaks the connection', 'cut'],
  ['answers nothing', { status: 200, body: 'null' }],
  ['answers something else', { status: 200, body: '{"errorMessage":"x"}' }],
])('answer 503 when the other function %s, with one line and one attempt', async (_, given) => {
  answer = given;
  const { returned, audited } = await call('token', eventOf('/token', 'POST', refreshing));
  expect(returned).toMatchObject({
    statusCode: 503,
    headers: { 'retry-after': '1', 'cache-control': 'no-store' },
    body: expect.stringContaining('"reason":"region_unavailable"'),
  });
  expect(audited).toMatchObject([{ endpoint: 'token', verdict: 'failed', reason: 'region_unavailable' }]);
  expect(JSON.stringify(audited)).toContain('RegionUnavailable a < ');
  expect(seen).toHaveLength(1);
});

test('answer 503 as a page where people are', async () => {
  answer = 'cut';
  const { returned } = await call('account', eventOf('/account', 'GET', {}));
  expect(returned).toMatchObject({ statusCode: 503, headers: { 'content-type': 'text/html; charset=utf-8' } });
});

test('let in what another region has passed on, which did not come through the CDN again', async () => {
  answer = 'cut';
  const behindCdn = { PIXY_FRONT_SECRET: 'the secret of the front' };
  const event = eventOf('/token', 'POST', { ...refreshing, refresh_token: 'b.some-token' });
  expect((await call('token', event, behindCdn)).returned).toMatchObject({ statusCode: 403 });
  const passedOn = { ...event, passedOnBy: 'a' };
  expect((await call('token', passedOn, behindCdn)).returned).toMatchObject({
    statusCode: 503,
    body: expect.stringContaining('store_unavailable'),
  });
  expect(seen).toEqual([]);
});

test('load none of this where there is one region', async () => {
  for (const name of ['token', 'authorize']) {
    const { sources } = JSON.parse(readFileSync(join(folder, name, 'index.mjs.map'), 'utf8')) as { sources: string[] };
    expect(sources.filter((source) => source.includes('functions/homes/'))).toEqual([]);
    expect(readFileSync(join(folder, name, 'index.mjs'), 'utf8')).toContain('import("./door.mjs")');
  }
});
