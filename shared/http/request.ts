import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { readCookies } from './cookies.ts';

/** One HTTP request, read off an HTTP API event (payload 2.0). Only what the endpoints need. */
export type HttpRequest = {
  method: string;
  /** As API Gateway hands it over: percent-decoded when deployed, as it was sent in a local run. */
  path: string;
  /** Byte for byte as it came: the event's merged parameters join duplicates with commas and are never used. */
  rawQuery: string;
  header(name: string): string | undefined;
  cookies: ReadonlyMap<string, string>;
  body: { text: string; bytes: number };
  /** The address API Gateway saw; forwarding headers are not believed. */
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
