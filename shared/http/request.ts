import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { readCookies } from './cookies.ts';

/** The parts of an HTTP API event (payload 2.0) that the endpoints need. */
export type HttpRequest = {
  method: string;
  /** As received: API Gateway percent-decodes it, a local run does not. */
  path: string;
  /** Byte for byte as sent. The event's merged parameters join duplicates with commas and are never used. */
  rawQuery: string;
  header(name: string): string | undefined;
  cookies: ReadonlyMap<string, string>;
  body: { text: string; bytes: number };
  /** The address that API Gateway saw. Forwarding headers are ignored. */
  sourceIp: string;
  requestId: string;
};

export function readRequest(event: APIGatewayProxyEventV2): HttpRequest {
  const raw = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    rawQuery: event.rawQueryString ?? '',
    header: (name) => event.headers?.[name] ?? undefined,
    cookies: readCookies(event.cookies ?? []),
    body: { text: raw.toString('utf8'), bytes: raw.length },
    sourceIp: event.requestContext.http.sourceIp,
    requestId: event.requestContext.requestId,
  };
}
