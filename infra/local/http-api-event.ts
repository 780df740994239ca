import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as v from 'valibot';

/*
 * Payload format 2.0 of API Gateway HTTP APIs in both directions: turns a request into a Lambda event, and a Lambda result into a
 * response. Pure: the clock and the identifiers are passed in.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */

type ReceivedRequest = {
  method: string;
  /** The path as in the request line. */
  rawPath: string;
  /** The path of the route if it differs: it ends in `{proxy+}`. */
  route?: string | undefined;
  /** What follows the first `?` of the request line, byte for byte. Empty without one. */
  rawQueryString: string;
  /** Like `1.1`. */
  httpVersion: string;
  /** Lower-case name → every value sent, in order. */
  headers: Readonly<NodeJS.Dict<string[]>>;
  body: Buffer;
  /** The other end of the socket. */
  sourceIp: string;
  /** The port of the gateway. */
  port: number;
  requestId: string;
  receivedAt: Date;
  traceId: string;
};

type Header = [name: string, value: string];

/** What the client receives. Header names are lower-case, and `set-cookie` may be repeated. */
export type HttpResponse = { statusCode: number; headers: Header[]; body: Buffer };

/** Headers of a single connection (RFC 9110 §7.6.1), which neither functions nor clients see from the other side. */
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']);

/** Returns the event that the HTTP API sends to the function of an any-method route on the stage `$default`. */
export function httpApiEvent(request: ReceivedRequest): APIGatewayProxyEventV2 {
  const { method, rawPath, route = rawPath, rawQueryString, body, sourceIp, requestId, receivedAt } = request;
  const routeKey = `ANY ${route}`;
  const proxy = route.endsWith('{proxy+}') ? rawPath.slice(route.length - '{proxy+}'.length) : undefined;
  const { cookie, 'content-type': contentType, 'user-agent': userAgent } = request.headers;
  const cookies = splitCookies(cookie);
  const queryStringParameters = joinedParameters(rawQueryString);
  const isBase64Encoded = body.length > 0 && !isText(contentType);
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers: eventHeaders(request),
    ...(Object.keys(queryStringParameters).length > 0 && { queryStringParameters }),
    ...(proxy !== undefined && { pathParameters: { proxy } }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      // Never the Host header, because a deployed API answers for its own names only.
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: userAgent?.join(',') ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(receivedAt),
      timeEpoch: receivedAt.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

/**
 * Splits cookie-pairs, which replace the header itself, as browsers join them. Other white space stays: with it, a name is another
 * one (shared/http/cookies.ts).
 */
const splitCookies = (headers: readonly string[] = []): string[] =>
  headers.flatMap((header) => header.split(/; ?/)).filter((cookie) => cookie !== '');

function joinedParameters(rawQueryString: string): Record<string, string> {
  const parameters = new URLSearchParams(rawQueryString);
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name).join(',')]));
}

function eventHeaders({ headers, body, sourceIp, port, traceId }: ReceivedRequest): Record<string, string> {
  const handedOver = Object.entries(headers).filter(([name]) => name !== 'cookie' && !hopByHop.has(name));
  return {
    ...Object.fromEntries(handedOver.map(([name, values = []]) => [name, values.join(',')])),
    'content-length': String(body.length),
    'x-amzn-trace-id': traceId,
    'x-forwarded-for': [...(headers['x-forwarded-for'] ?? []), sourceIp].join(', '),
    'x-forwarded-port': String(port),
    'x-forwarded-proto': 'http',
  };
}

/** The complete list. All other types, including forms and `application/*+json`, and a missing type count as binary. */
const isText = (contentType: readonly string[] = []): boolean =>
  /^(text\/.*|application\/(json|xml|javascript))$/i.test(contentType[0]?.split(';')[0]?.trim() ?? '');

/** Like `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(at: Date): string {
  const [, day, month, year, time] = at.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

const structuredResult = v.object({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  headers: v.nullish(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
  cookies: v.nullish(v.array(v.string()), []),
  body: v.nullish(v.string(), ''),
  isBase64Encoded: v.nullish(v.boolean(), false),
});

/**
 * Returns the response that the HTTP API makes of a function's result. A result without a `statusCode` becomes the JSON body of a
 * 200. Throws when there is a `statusCode` and the rest is malformed or cannot be sent.
 */
export function httpApiResponse(returned: unknown): HttpResponse {
  // Keeps what survives serialization by Lambda.
  const result: unknown = JSON.parse(JSON.stringify(returned ?? null));
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const text = typeof result === 'string' ? result : JSON.stringify(result);
    return { statusCode: 200, headers: [['content-type', 'application/json']], body: Buffer.from(text) };
  }
  const parsed = v.safeParse(structuredResult, result);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
    throw new TypeError(`the function returned a malformed result: ${problems.join('; ')}`);
  }
  const { statusCode, cookies, body, isBase64Encoded } = parsed.output;
  const headers = [...cookies.map((cookie): Header => ['set-cookie', cookie]), ...resultHeaders(parsed.output.headers)];
  for (const [name, value] of headers) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return { statusCode, headers, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
}

/** Removes the headers that frame the message, which the gateway writes itself. */
function resultHeaders(headers: Record<string, string | number | boolean>): Header[] {
  const named = new Map([['content-type', 'text/plain; charset=utf-8']]);
  for (const [name, value] of Object.entries(headers)) named.set(name.toLowerCase(), String(value));
  return [...named].filter(([name]) => name !== 'content-length' && !hopByHop.has(name));
}
