import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendByLambda } from '../../functions/homes/send.ts';
import * as slim from '../../infra/bundling/sdk/client-lambda.ts';
import { authorization } from '../../infra/bundling/sdk/signature.ts';
import { HookFailed } from '../../shared/hooks/hook-failed.ts';
import { openHooks } from '../../shared/hooks/open-hooks.ts';

/* Hooks that are Lambda functions, over the protocol of the Lambda API: with the SDK, and with what is bundled in its place. */

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:hooks:live';
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'a key of a test',
  sessionToken: 'a token of a test',
};
const seen: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let answer: { status?: number; headers?: Record<string, string>; body: string } | 'silence';
const lambda = createServer(async (request, response) => {
  seen.push({ url: request.url ?? '', headers: request.headers, body: await text(request) });
  if (answer === 'silence') return;
  response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
});

beforeAll(async () => {
  await once(lambda.listen(0, '127.0.0.1'), 'listening');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
});

afterAll(() => {
  lambda.close();
  lambda.closeAllConnections();
});

beforeEach(() => {
  seen.length = 0;
  answer = { body: '{}' };
});

const hooks = (timeout = 60) => openHooks({ claims: arn, timeout });
const event = { sub: 'ada-0001', client_id: 'web', scope: 'openid', issue: 'tokens' } as const;

test('the function is called with the event, and its answer is taken', async () => {
  answer = { body: JSON.stringify({ id_token: { role: 'chief' } }) };
  expect(await hooks().claims?.(event)).toEqual({ id_token: { role: 'chief' }, userinfo: {}, access_token: {} });
  expect(seen.map(({ url }) => decodeURIComponent(url))).toEqual([`/2015-03-31/functions/${arn}/invocations`]);
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ version: 1, hook: 'claims', ...event });
});

test.each<[string, typeof answer, string]>([
  ['throws', { headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"secret"}' }, 'claims error'],
  [
    'is throttled',
    { status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' }, body: '{}' },
    'claims error',
  ],
  ['may not be called', { status: 403, body: '{}' }, 'claims error'],
  ['answers null', { body: 'null' }, 'claims answer'],
  ['answers no JSON', { body: '<html>' }, 'claims error'],
  ['does not answer', 'silence', 'claims time'],
])('a function that %s: nothing is issued, after one attempt', async (_, given, code) => {
  answer = given;
  const failed = await hooks(given === 'silence' ? 2 : 60)
    .claims?.(event)
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(HookFailed);
  expect((failed as HookFailed).code).toBe(code);
  expect(seen.length).toBe(1);
});

test('a function of another region is called there, by name, or as its ARN says', async () => {
  const place = { region: 'eu-central-1', functionPrefix: 'pixy-a-' };
  answer = { body: '{"statusCode":200}' };
  expect(await sendByLambda(place, 'token', { rawPath: '/token' })).toEqual({ statusCode: 200 });
  const elsewhere = arn.replace('eu-west-1', 'us-east-2');
  await openHooks({ claims: elsewhere, timeout: 60 })
    .claims?.(event)
    .catch(() => undefined);
  await hooks()
    .claims?.(event)
    .catch(() => undefined);
  const regionsOf = seen.map(({ headers }) => /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers.authorization ?? '')?.[1]);
  expect(regionsOf).toEqual(['eu-central-1', 'us-east-2', 'eu-west-1']);
  expect(seen[0]?.url).toBe('/2015-03-31/functions/pixy-a-token/invocations');
});

test.each<[string, typeof answer]>([
  ['fails', { headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"secret"}' }],
  ['is throttled', { status: 429, body: '{}' }],
  ['is not there', { status: 404, body: '{}' }],
  ['may not be called', { status: 403, body: '{}' }],
])('a function of another region that %s gives no answer, after one attempt', async (_, given) => {
  answer = given;
  const place = { region: 'eu-central-1', functionPrefix: 'pixy-a-' };
  const failed = await sendByLambda(place, 'token', {}).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Error);
  expect(String(failed)).not.toContain('secret');
  expect(seen.length).toBe(1);
});

describe('what is bundled in place of the SDK', () => {
  const Payload = Buffer.from(JSON.stringify({ name: 'Žofie' }));
  const signal = () => ({ abortSignal: AbortSignal.timeout(60_000) });

  test('signs the call as the SDK does', async () => {
    await hooks().claims?.(event);
    const [{ url, headers, body } = { url: '', headers: {}, body: '' }] = seen;
    const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
    const signed = Object.fromEntries(names.split(';').map((name) => [name, String(headers[name])]));
    const date = String(headers['x-amz-date']);
    const request = { headers: signed, body, date, region: 'eu-west-1', service: 'lambda', path: url };
    expect(authorization(request, credentials)).toBe(headers.authorization);
  });

  test('signs the call of another region as the SDK does', async () => {
    answer = { body: '{}' };
    const client = new slim.LambdaClient({ region: 'eu-central-1' });
    await client.send(new slim.InvokeCommand({ FunctionName: 'pixy-a-token', Payload }), signal());
    expect(seen[0]?.headers.authorization).toContain('/eu-central-1/lambda/aws4_request');
  });

  test('sends the same call', async () => {
    answer = { body: '{"a":1}' };
    const sent = await new slim.LambdaClient().send(new slim.InvokeCommand({ FunctionName: arn, Payload }), signal());
    expect(sent).toEqual({ FunctionError: undefined, Payload: Buffer.from('{"a":1}') });
    await hooks()
      .claims?.(event)
      .catch(() => undefined);
    const [ours, theirs] = seen;
    expect(ours?.url).toBe(theirs?.url);
    expect(ours?.body).toBe(Payload.toString());
    expect(ours?.headers['x-amz-security-token']).toBe(credentials.sessionToken);
  });

  test('tells of a function that failed, and refuses what is no success', async () => {
    answer = { headers: { 'x-amz-function-error': 'Unhandled' }, body: '{}' };
    const call = () => new slim.LambdaClient().send(new slim.InvokeCommand({ FunctionName: arn, Payload }), signal());
    expect((await call()).FunctionError).toBe('Unhandled');
    answer = { status: 403, body: '{}' };
    await expect(call()).rejects.toThrow('Lambda answered with 403');
  });
});
