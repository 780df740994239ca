import { once } from 'node:events';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { HttpApiHandler } from '../../infra/local/gateway/answer-request.ts';
import { type GatewayOptions, startGateway } from '../../infra/local/http-api-gateway.ts';

/**
 * The published example of payload format 2.0, without what a route without an authorizer, path variables and stage
 * variables does not have.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
const publishedEvent = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/my/path',
  rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
  cookies: ['cookie1', 'cookie2'],
  headers: { header1: 'value1', header2: 'value1,value2' },
  queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
  requestContext: {
    accountId: '123456789012',
    apiId: 'api-id',
    domainName: 'id.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'id',
    http: { method: 'POST', path: '/my/path', protocol: 'HTTP/1.1', sourceIp: 'IP', userAgent: 'agent' },
    requestId: 'id',
    routeKey: '$default',
    stage: '$default',
    time: '12/Mar/2020:19:03:58 +0000',
    timeEpoch: 1583348638390,
  },
  body: 'Hello from Lambda',
  isBase64Encoded: false,
};

/**
 * The header names of the recorded GET of a browser.
 * https://github.com/awsdocs/aws-lambda-developer-guide/blob/main/sample-apps/nodejs-apig/event-v2.json
 */
const recordedHeaderNames = (
  'accept accept-encoding accept-language content-length host sec-fetch-dest sec-fetch-mode sec-fetch-site ' +
  'sec-fetch-user upgrade-insecure-requests user-agent x-amzn-trace-id x-forwarded-for x-forwarded-port x-forwarded-proto'
).split(' ');

const path = '/my/path';

/** A gateway on a free port with one route, closed when the test has finished. */
async function gatewayFor(handler: HttpApiHandler, options: Partial<GatewayOptions> = {}) {
  const gateway = await startGateway({ port: 0, routes: new Map([[path, handler]]), ...options });
  onTestFinished(gateway.close);
  return gateway;
}

type Call = { method?: string; target?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer; host?: string };
type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/** An answered request may go on failing, when the gateway closes while it is still being sent. */
const send = (options: RequestOptions) =>
  request({ host: '127.0.0.1', ...options, agent: false }).on('error', () => {});

async function call(port: number, { method = 'GET', target = path, headers, body, host = '127.0.0.1' }: Call = {}) {
  const [response] = await once(send({ host, port, method, path: target, headers }).end(body), 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) } as Answer;
}

/** What the handler was called with for one request. */
async function eventOf(made: Call): Promise<APIGatewayProxyEventV2> {
  const handler = vi.fn<HttpApiHandler>(async () => ({ statusCode: 204 }));
  await call((await gatewayFor(handler)).port, made);
  expect(handler).toHaveBeenCalledOnce();
  return handler.mock.calls[0]?.[0] as APIGatewayProxyEventV2;
}

/** What a client sees of a result. Takes what the types do not allow too. */
const answerTo = async (result: unknown, made?: Call): Promise<Answer> =>
  call((await gatewayFor(async () => result as object, { onError: () => {} })).port, made);

async function open(port: number, written = '', options: { allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, ...options });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(written);
  return socket;
}

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';

/** Every leaf replaced by its type, and by its form where the form means something. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
  }
  if (/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/.test(String(value))) return 'common log time';
  if (/^\d{12}$/.test(String(value))) return 'account';
  if (/^\d{13}$/.test(String(value))) return 'epoch milliseconds';
  return typeof value;
}

describe('the event', () => {
  const publishedRequest: Call = {
    method: 'POST',
    target: `${path}?${publishedEvent.rawQueryString}`,
    headers: {
      Header1: 'value1',
      Header2: ['value1', 'value2'],
      Cookie: 'cookie1; cookie2',
      'User-Agent': 'agent',
      'Content-Type': 'text/plain',
    },
    body: publishedEvent.body,
  };

  test('has the members and types of the published example, and no others (H14)', async () => {
    const event = await eventOf(publishedRequest);
    expect(shapeOf({ ...event, headers: {} })).toEqual(shapeOf({ ...publishedEvent, headers: {} }));
  });

  test('has the values of the published example where the request alone decides them (H14)', async () => {
    const event = await eventOf(publishedRequest);
    const { http, stage } = publishedEvent.requestContext;
    expect(event).toMatchObject({
      ...publishedEvent,
      routeKey: 'ANY /my/path',
      requestContext: { http: { ...http, sourceIp: '127.0.0.1' }, stage },
    });
  });

  test('has the header names of a recorded one: content-length always, cookie and connection never (H14)', async () => {
    const browser = recordedHeaderNames.filter((name) => !/^(x-|content-length|host)/.test(name));
    const event = await eventOf({
      headers: { ...Object.fromEntries(browser.map((name) => [name, 'x'])), cookie: 'a=1', connection: 'keep-alive' },
    });
    expect(Object.keys(event.headers).sort()).toEqual(recordedHeaderNames);
    expect(event.headers['content-length']).toBe('0');
  });

  test('names the route by its path and any method', async () => {
    const event = await eventOf({ method: 'PUT' });
    expect(event.routeKey).toBe('ANY /my/path');
    expect(event.requestContext.routeKey).toBe('ANY /my/path');
  });

  test('leaves cookies, queryStringParameters and body out when there are none (H14)', async () => {
    const event = await eventOf({});
    expect(event).toMatchObject({ rawQueryString: '', isBase64Encoded: false });
    for (const name of ['cookies', 'queryStringParameters', 'body']) expect(event).not.toHaveProperty(name);
  });

  test('hands the raw query string over byte for byte (H14)', async () => {
    const rawQueryString = 'a=1+2&b=1%202&c=%2F%2f&d=&e&&=f&g=%zz&a=?#%C3%BC';
    expect((await eventOf({ target: `${path}?${rawQueryString}` })).rawQueryString).toBe(rawQueryString);
  });

  test('decodes query parameters and joins duplicates with commas (H14)', async () => {
    const event = await eventOf({ target: `${path}?plus=1+2&percent=1%202&slash=%2F&empty=&bare&twice=a&twice=b%2Cc` });
    expect(event.queryStringParameters).toEqual({
      plus: '1 2',
      percent: '1 2',
      slash: '/',
      empty: '',
      bare: '',
      twice: 'a,b,c',
    });
  });

  test('joins duplicate headers with commas, also those of which Node keeps only the first (H14)', async () => {
    const event = await eventOf({ headers: { 'X-Twice': ['a', 'b'], Authorization: ['Basic YQ==', 'Basic Yg=='] } });
    expect(event.headers).toMatchObject({ 'x-twice': 'a,b', authorization: 'Basic YQ==,Basic Yg==' });
  });

  test('splits the cookies of every cookie header and keeps them as they are (H14)', async () => {
    const event = await eventOf({ headers: { cookie: ['a=1; b=x=y', 'c="%20";d=;'] } });
    expect(event.cookies).toEqual(['a=1', 'b=x=y', 'c="%20"', 'd=']);
  });

  test('hands form bodies over base64-encoded, as the HTTP API does (H14)', async () => {
    const body = 'name=Zoë+Ł&sign=✓&percent=%E2%9C%93';
    const event = await eventOf({ method: 'POST', headers: { 'content-type': form }, body });
    expect(event.isBase64Encoded).toBe(true);
    expect(event.body).toBe(Buffer.from(body).toString('base64'));
  });

  test.each([
    'application/octet-stream',
    'application/ld+json',
    'image/png',
    'multipart/form-data; boundary=text/plain',
  ])('hands %s over base64-encoded, every byte of it', async (type) => {
    const body = Buffer.from([0, 0xff, 0xfe, 0x0a, 0xc3]);
    const event = await eventOf({ method: 'POST', headers: { 'content-type': type }, body });
    expect(event).toMatchObject({ isBase64Encoded: true, body: body.toString('base64') });
  });

  test('hands a body without a content type over base64-encoded', async () => {
    const event = await eventOf({ method: 'POST', body: 'a=1' });
    expect(event).toMatchObject({ isBase64Encoded: true, body: 'YT0x' });
  });

  test.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/xml',
    'application/javascript',
    'text/html;charset=utf-8',
  ])('hands %s over as text', async (type) => {
    const body = '{"name":"Zoë ✓"}';
    const event = await eventOf({ method: 'POST', headers: { 'content-type': type }, body });
    expect(event).toMatchObject({ isBase64Encoded: false, body });
  });

  test('carries the length of a chunked body and not its transfer coding', async () => {
    const headers = { 'transfer-encoding': 'chunked', 'content-type': 'text/plain' };
    const event = await eventOf({ method: 'POST', headers, body: 'twelve bytes' });
    expect(event.headers['content-length']).toBe('12');
    expect(event.headers).not.toHaveProperty('transfer-encoding');
  });

  test('takes the source IP from the socket, whatever X-Forwarded-For says (H17, BP20)', async () => {
    const spoofed = ['203.0.113.7', '10.0.0.1, 10.0.0.2'];
    const event = await eventOf({ headers: { 'x-forwarded-for': spoofed, forwarded: 'for=203.0.113.7' } });
    expect(event.requestContext.http.sourceIp).toBe('127.0.0.1');
    expect(event.headers['x-forwarded-for']).toBe('203.0.113.7, 10.0.0.1, 10.0.0.2, 127.0.0.1');
  });

  test('overwrites the other headers that a proxy would send (BP20)', async () => {
    const spoofed = { 'x-forwarded-proto': 'https', 'x-forwarded-port': '443', 'x-amzn-trace-id': 'Root=1-0-0' };
    const { headers } = await eventOf({ headers: spoofed });
    expect(headers).toMatchObject({ 'x-forwarded-proto': 'http' });
    expect(headers['x-forwarded-port']).not.toBe('443');
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  test('keeps its domain name whatever Host and X-Forwarded-Host say (BP20)', async () => {
    const spoofed = { host: '127.0.0.1:1', 'x-forwarded-host': 'evil.example' };
    const { requestContext } = await eventOf({ headers: spoofed });
    expect(requestContext).toMatchObject({ domainName: 'localhost', domainPrefix: 'localhost' });
  });

  test.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:3000',
    'evillocalhost',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '0.0.0.0:3000',
    'localhost:3000@evil.example',
    'localhost evil.example',
  ])('S26: refuses the Host "%s", and calls nothing', async (host) => {
    const handler = vi.fn<HttpApiHandler>(async () => ({ statusCode: 200 }));
    const { port } = await gatewayFor(handler);
    const { status, body } = await call(port, { headers: { host } });
    expect({ status, body: JSON.parse(body) }).toEqual({ status: 403, body: { message: 'Forbidden' } });
    expect(handler).not.toHaveBeenCalled();
  });

  test.each(['localhost', 'LOCALHOST:3000', 'app.localhost:3000', '127.0.0.1', '[::1]:3000'])(
    'S26: answers to the Host "%s"',
    async (host) => {
      const { port } = await gatewayFor(async () => ({ statusCode: 204 }));
      expect((await call(port, { headers: { host } })).status).toBe(204);
    },
  );

  test('carries the time of the request twice, and it is the same', async () => {
    const before = Date.now();
    const { time, timeEpoch } = (await eventOf({})).requestContext;
    expect(timeEpoch).toBeGreaterThanOrEqual(before);
    expect(timeEpoch).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(time.replaceAll('/', ' ').replace(':', ' '))).toBe(Math.floor(timeEpoch / 1000) * 1000);
  });

  test('has a request id of its own, which the client gets too', async () => {
    const { port } = await gatewayFor(async ({ requestContext }) => ({
      statusCode: 200,
      body: requestContext.requestId,
    }));
    const [one, other] = [await call(port), await call(port)];
    expect(one.body).toMatch(/^[\w-]{15}=$/);
    expect(one.headers['apigw-requestid']).toBe(one.body);
    expect(other.body).not.toBe(one.body);
  });

  test('is plain JSON, as it is after its way into a Lambda function', async () => {
    const event = await eventOf(publishedRequest);
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event);
  });
});

describe('the context', () => {
  test('counts down the time that the gateway waits', async () => {
    const remaining: number[] = [];
    const handler: HttpApiHandler = async (_event, context: Context) => {
      remaining.push(context.getRemainingTimeInMillis());
      await sleep(30);
      remaining.push(context.getRemainingTimeInMillis());
      return { statusCode: 204 };
    };
    await call((await gatewayFor(handler, { limits: { integrationMs: 3_600_000 } })).port);
    const [first = 0, second = 0] = remaining;
    expect(first).toBeGreaterThan(3_000_000);
    expect(first).toBeLessThanOrEqual(3_600_000);
    expect(first - second).toBeGreaterThanOrEqual(25);
  });

  test('does not offer to answer in other ways than with a promise', async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const { port } = await gatewayFor(async (_event, context) => context.succeed('no') as never, { onError });
    expect((await call(port)).status).toBe(500);
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe('routing', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])('hands %s over', async (method) => {
    expect((await eventOf({ method })).requestContext.http.method).toBe(method);
  });

  test.each(['/', '/my', '/my/path/', '/My/Path', '/my%2Fpath', '//my/path', '/my/path;a'])(
    'answers %s with the 404 of the HTTP API (H14)',
    async (target) => {
      const answer = await answerTo({ statusCode: 200 }, { target });
      expect(answer).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
      expect(answer.headers['content-type']).toBe(json);
    },
  );

  test('calls the handler of the path, not of the query', async () => {
    const routes = new Map<string, HttpApiHandler>([
      ['/one', async () => ({ statusCode: 200, body: 'one' })],
      ['/other', async () => ({ statusCode: 200, body: 'other' })],
    ]);
    const { port } = await gatewayFor(async () => ({}), { routes });
    expect((await call(port, { target: '/one?/other' })).body).toBe('one');
    expect((await call(port, { target: '/other?to=/one' })).body).toBe('other');
  });
});

describe('the response', () => {
  test('has the status, the headers and the body of the result', async () => {
    const headers = { 'Content-Type': json, 'Cache-Control': 'no-store', 'X-Number': 1, 'X-Boolean': true };
    const answer = await answerTo({ statusCode: 201, headers, body: '{"ok":"✓"}' });
    expect(answer).toMatchObject({ status: 201, body: '{"ok":"✓"}' });
    expect(answer.headers).toMatchObject({
      'content-type': json,
      'cache-control': 'no-store',
      'x-number': '1',
      'x-boolean': 'true',
    });
  });

  test('sets each cookie of the result with a header of its own (H14)', async () => {
    const cookies = ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2; HttpOnly'];
    const answer = await answerTo({ statusCode: 200, cookies, headers: { 'Set-Cookie': 'c=3' } });
    expect(answer.headers['set-cookie']).toEqual([...cookies, 'c=3']);
  });

  test('decodes a base64-encoded body', async () => {
    const answer = await answerTo({
      statusCode: 200,
      body: Buffer.from('✓').toString('base64'),
      isBase64Encoded: true,
    });
    expect(answer.body).toBe('✓');
  });

  test('is text/plain when the result does not say', async () => {
    const answer = await answerTo({ statusCode: 200, body: '{}' });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  test('has no body for HEAD, and the connection can be used again', async () => {
    const { port } = await gatewayFor(async () => ({ statusCode: 200, headers: { etag: '"1"' }, body: 'not sent' }));
    const head = `HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const socket = await open(port, head + head.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    const received = await text(socket);
    expect(received.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(2);
    expect(received.match(/etag: "1"/g)).toHaveLength(2);
    expect(received).not.toContain('not sent');
  });

  test('is framed by the gateway, whatever the result says', async () => {
    const headers = { 'Content-Length': '2', 'Transfer-Encoding': 'chunked', Connection: 'close' };
    const answer = await answerTo({ statusCode: 200, headers, body: 'whole' });
    expect(answer.body).toBe('whole');
    expect(answer.headers['content-length']).toBe('5');
    expect(answer.headers).not.toHaveProperty('transfer-encoding');
  });

  test.each([
    ['an object', { message: 'Hello' }, '{"message":"Hello"}'],
    ['an array', [1, 2], '[1,2]'],
    ['a string', 'Hello from Lambda!', 'Hello from Lambda!'],
    ['nothing', undefined, 'null'],
    ['an object whose statusCode is undefined', { statusCode: undefined, body: 'b' }, '{"body":"b"}'],
  ])('is 200 with the result in JSON for %s, as payload format 2.0 infers', async (_name, result, body) => {
    const answer = await answerTo(result);
    expect(answer).toMatchObject({ status: 200, body });
    expect(answer.headers['content-type']).toBe(json);
  });

  test('treats null and undefined members as absent', async () => {
    const result = {
      statusCode: 200,
      headers: { 'x-gone': undefined },
      cookies: null,
      body: null,
      isBase64Encoded: null,
    };
    const answer = await answerTo(result);
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers).not.toHaveProperty('x-gone');
  });

  test.each([
    ['a status that is no number', { statusCode: '200' }],
    ['a status that HTTP does not have', { statusCode: 0 }],
    ['a body that is no string', { statusCode: 200, body: { message: 'Hello' } }],
    ['cookies that are no list', { statusCode: 200, cookies: 'a=1' }],
    ['a header that is a list', { statusCode: 200, headers: { vary: ['a', 'b'] } }],
    ['a header that would start another', { statusCode: 200, headers: { location: '/\r\nset-cookie: a=1' } }],
    ['a cookie that would start another', { statusCode: 200, cookies: ['a=1\r\nset-cookie: b=2'] }],
    ['a header name that is none', { statusCode: 200, headers: { 'not a name': '1' } }],
    ['a result that JSON does not have', { statusCode: 200, body: 1n }],
  ])('is 500 for %s, and the operator learns why', async (_name, result) => {
    const onError = vi.fn<(error: unknown) => void>();
    const { port } = await gatewayFor(async () => result as object, { onError });
    const answer = await call(port);
    expect(answer).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
    expect(answer.headers['content-type']).toBe(json);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(TypeError));
  });

  test('is 500 when the handler throws, and only the operator sees the error', async () => {
    const error = new Error('table grants-7f3a is gone');
    const onError = vi.fn<(error: unknown) => void>();
    const { port } = await gatewayFor(() => Promise.reject(error), { onError });
    const answer = await call(port);
    expect(answer).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
    expect(onError).toHaveBeenCalledExactlyOnceWith(error);
  });

  test('of a failure is one line on stderr when nobody else listens', async () => {
    const written: string[] = [];
    // Of this stream alone: what it inherits is also that of every socket of the worker.
    const write = (text: Uint8Array | string) => written.push(String(text)) > 0;
    Object.defineProperty(process.stderr, 'write', { value: write, configurable: true });
    onTestFinished(() => void Reflect.deleteProperty(process.stderr, 'write'));
    const { port } = await gatewayFor(() => Promise.reject(new Error('first\nsecond')));
    await call(port);
    const ours = written.filter((text) => text.includes('first'));
    expect(ours).toEqual([expect.stringMatching(/^Error: first second at .*\n$/)]);
  });
});

describe('the limits', () => {
  test('let a body of exactly the limit through (H13)', async () => {
    const { port } = await gatewayFor(async ({ body }) => ({ statusCode: 200, body: body ?? '' }), {
      limits: { bodyBytes: 1_000 },
    });
    const answer = await call(port, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'a'.repeat(1_000),
    });
    expect(answer.body).toHaveLength(1_000);
  });

  test.each([
    ['announced', {}],
    ['chunked', { 'transfer-encoding': 'chunked' }],
  ])('answer an %s body of more than 10 MB with 413 without calling the handler (H13)', async (_name, headers) => {
    const handler = vi.fn<HttpApiHandler>();
    const { port } = await gatewayFor(handler, { limits: { eventBytes: Number.POSITIVE_INFINITY } });
    const answer = await call(port, { method: 'POST', headers, body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(answer).toMatchObject({ status: 413, body: '{"message":"Request Entity Too Large"}' });
    expect(answer.headers['content-type']).toBe(json);
    expect(handler).not.toHaveBeenCalled();
  });

  test('answer 413 while the client is still sending (H13)', async () => {
    const { port } = await gatewayFor(vi.fn<HttpApiHandler>(), { limits: { bodyBytes: 1_000 } });
    const sent = send({ port, method: 'POST', path });
    sent.write(Buffer.alloc(1_001));
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(413);
    sent.end(Buffer.alloc(5_000_000));
    expect(await text(response)).toBe('{"message":"Request Entity Too Large"}');
  });

  test('leave the connection usable after a 413, for a client that sends everything first', async () => {
    const { port } = await gatewayFor(async () => ({ statusCode: 200 }), { limits: { bodyBytes: 10 } });
    const socket = await open(port, `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n`);
    for (let sent = 0; sent < 20_000_000; sent += 1_000_000) socket.write('a'.repeat(1_000_000));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  test('answer 413 when base64 makes the event too large for a Lambda function (H13)', async () => {
    const handler = vi.fn<HttpApiHandler>(async () => ({ statusCode: 200 }));
    const { port } = await gatewayFor(handler);
    const body = Buffer.alloc(5 * 1024 * 1024, 'a');
    expect((await call(port, { method: 'POST', headers: { 'content-type': form }, body })).status).toBe(413);
    expect((await call(port, { method: 'POST', headers: { 'content-type': 'text/plain' }, body })).status).toBe(200);
  });

  test('let 8 KB of query, header or cookie through (H13)', async () => {
    const { port } = await gatewayFor(async () => ({ statusCode: 200 }));
    const long = 'a'.repeat(8 * 1024);
    expect((await call(port, { target: `${path}?state=${long}` })).status).toBe(200);
    expect((await call(port, { headers: { 'x-long': long } })).status).toBe(200);
    expect((await call(port, { headers: { cookie: `a=${long}` } })).status).toBe(200);
  });

  test.each([
    ['a query of 10 KB', `${path}?state=${'a'.repeat(10 * 1024)}`, ''],
    ['a header of 12 KB', path, `x-long: ${'a'.repeat(12 * 1024)}\r\n`],
    ['many headers of 1 MB together', path, `cookie: ${'a'.repeat(1_000)}\r\n`.repeat(1_000)],
  ])('answer %s with 431 and close (H13)', async (_name, target, headers) => {
    const handler = vi.fn<HttpApiHandler>();
    const { port } = await gatewayFor(handler);
    const socket = await open(port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
    const [head, body] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(head).toContain('content-type: application/json');
    expect(body).toBe('{"message":"Request Header Fields Too Large"}');
    expect(handler).not.toHaveBeenCalled();
  });

  test('do not let a client go on for ever after a 431', async () => {
    const { port } = await gatewayFor(vi.fn<HttpApiHandler>());
    const socket = await open(port, `GET ${path} HTTP/1.1\r\n`, { allowHalfOpen: true });
    const more = setInterval(() => socket.write(`x-long: ${'a'.repeat(12 * 1024)}\r\n`), 10);
    onTestFinished(() => clearInterval(more));
    await new Promise((resolve) => socket.resume().on('close', resolve));
  });

  test('answer what is not HTTP with 400', async () => {
    const { port } = await gatewayFor(vi.fn<HttpApiHandler>());
    const received = await text(await open(port, 'what is this?\r\n\r\n'));
    expect(received).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\n\{"message":"Bad Request"\}$/s);
  });

  test('answer 503 when the handler takes too long, and the operator learns which (H13)', async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const { port } = await gatewayFor(() => new Promise(() => {}), { limits: { integrationMs: 40 }, onError });
    const answer = await call(port);
    expect(answer).toMatchObject({ status: 503, body: '{"message":"Service Unavailable"}' });
    expect(answer.headers['content-type']).toBe(json);
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('/my/path did not answer within 40 ms'));
  });

  test('do not care what a handler does after its time', async () => {
    const failed = Promise.withResolvers<void>();
    const handler: HttpApiHandler = async () => {
      await sleep(80);
      failed.resolve();
      throw new Error('too late');
    };
    const onError = vi.fn<(error: unknown) => void>();
    const { port } = await gatewayFor(handler, { limits: { integrationMs: 20 }, onError });
    expect((await call(port)).status).toBe(503);
    await failed.promise;
    await sleep(10);
    expect(onError).toHaveBeenCalledOnce();
    expect((await call(port)).status).toBe(503);
  });
});

describe('listening', () => {
  const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const hasIpv6 = addresses.some(({ address }) => address === '::1');
  const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  const routes = new Map<string, HttpApiHandler>([[path, async () => ({ statusCode: 200 })]]);

  test.runIf(hasIpv6)('serves ::1 too, for clients that resolve localhost to it', async () => {
    const { port } = await gatewayFor(async ({ requestContext }) => ({
      statusCode: 200,
      body: requestContext.http.sourceIp,
    }));
    expect((await call(port, { host: '::1' })).body).toBe('::1');
    expect((await call(port, { host: '127.0.0.1' })).body).toBe('127.0.0.1');
  });

  test.runIf(outside)('is not reachable from other machines', async () => {
    const { port } = await gatewayFor(vi.fn<HttpApiHandler>());
    const host = outside as string;
    await expect(call(port, { host })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('keeps to the one address that was asked for', async () => {
    const { port } = await gatewayFor(vi.fn<HttpApiHandler>(), { host: '127.0.0.1' });
    await expect(call(port, { host: '::1' })).rejects.toThrow(/ECONNREFUSED/);
  });

  test('rejects with the original error when the port is taken', async () => {
    const { port } = await gatewayFor(vi.fn<HttpApiHandler>());
    const refused = { code: 'EADDRINUSE', syscall: 'listen', port };
    await expect(startGateway({ port, routes })).rejects.toMatchObject(refused);
  });

  test.runIf(hasIpv6)('gives 127.0.0.1 back when the port is taken on ::1', async () => {
    const other = createServer().listen(0, '::1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(startGateway({ port, routes })).rejects.toMatchObject({ code: 'EADDRINUSE', address: '::1' });
    await gatewayFor(vi.fn<HttpApiHandler>(), { port, host: '127.0.0.1' });
  });

  test('survives a client that breaks off in the middle of its body', async () => {
    const handler = vi.fn<HttpApiHandler>(async () => ({ statusCode: 200 }));
    const onError = vi.fn<(error: unknown) => void>();
    const { port } = await gatewayFor(handler, { onError });
    const socket = await open(port, `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf`);
    await sleep(20);
    socket.resetAndDestroy();
    await sleep(20);
    expect((await call(port)).status).toBe(200);
    expect(handler).toHaveBeenCalledOnce();
    expect(onError).not.toHaveBeenCalled();
  });

  test('stops with close(): no connection stays open, and the port is free', async () => {
    const called = Promise.withResolvers<void>();
    const finished = Promise.withResolvers<object>();
    onTestFinished(() => finished.resolve({ statusCode: 200 }));
    const handler: HttpApiHandler = ({ requestContext }) => {
      if (requestContext.http.method === 'HEAD') return Promise.resolve({ statusCode: 200 });
      called.resolve();
      return finished.promise;
    };
    const gateway = await gatewayFor(handler);
    const head = (method: string) => `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n`;
    const sockets = {
      silent: await open(gateway.port),
      idle: await open(gateway.port, `${head('HEAD')}\r\n`),
      half: await open(gateway.port, `${head('POST')}Content-Length: 10\r\n\r\nhalf`),
      waiting: await open(gateway.port, `${head('GET')}\r\n`),
    };
    await once(sockets.idle, 'data');
    await called.promise;
    const closed = Object.values(sockets).map((socket) => once(socket.resume(), 'close'));

    await gateway.close();
    await Promise.all(closed);
    const next = await startGateway({ port: gateway.port, routes });
    await next.close();
  });

  test('lets a request wait that comes while the routes are still made', async () => {
    const ready = Promise.withResolvers<void>();
    const routes = new Map<string, HttpApiHandler>();
    const gateway = await startGateway({ port: 0, routes, ready: ready.promise });
    onTestFinished(gateway.close);
    const early = call(gateway.port);
    expect((await call(gateway.port, { headers: { host: 'elsewhere.example' } })).status).toBe(403);
    routes.set(path, async () => ({ statusCode: 204 }));
    ready.resolve();
    expect((await early).status).toBe(204);
  });

  test('can be closed twice', async () => {
    const gateway = await startGateway({ port: 0, routes });
    await gateway.close();
    await gateway.close();
    await expect(call(gateway.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
