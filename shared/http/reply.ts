import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { describeRefusal, errorOf, errorUri, statusOf } from '../oauth/describe-refusal.ts';
import type { Refusal } from '../oauth/refusal.ts';

export type Reply = APIGatewayProxyStructuredResultV2;

export const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Replies with JSON that must not be stored (RFC 6749 §5.1), unless `headers` say otherwise. */
export const jsonReply = (statusCode: number, body: object, headers: Record<string, string> = {}): Reply => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...noStore, ...headers },
  body: JSON.stringify(body),
});

/** Replies with a refusal (RFC 6749 §5.2), its stable `reason` and the URL that explains it. */
export function refusalReply(refusal: Refusal, issuer: string, headers: Record<string, string> = {}): Reply {
  const body = {
    error: errorOf(refusal),
    error_description: describeRefusal(refusal),
    error_uri: errorUri(issuer, refusal.reason),
    reason: refusal.reason,
  };
  return jsonReply(statusOf(refusal), body, { ...headersOf(refusal), ...headers });
}

/** Returns the headers that the status of a refusal requires. */
export function headersOf(refusal: Refusal): Record<string, string> {
  if (refusal.reason === 'method_not_allowed') return { allow: refusal.allow.join(', ') };
  if (['store_unavailable', 'hook_failed', 'region_unavailable'].includes(refusal.reason))
    return { 'retry-after': '1' };
  if (refusal.reason === 'dpop_nonce_required') return nonceHeader(refusal.nonce);
  if ('retryAfter' in refusal) return { 'retry-after': String(refusal.retryAfter) };
  return {};
}

/** The nonce for the next DPoP proof (RFC 9449 §8.2). */
export const nonceHeader = (nonce: string | undefined): Record<string, string> =>
  nonce === undefined ? {} : { 'dpop-nonce': nonce };

/** Redirects with 303 to one of our own pages, so that a POST becomes a GET (RFC 9700 §4.12). `path` starts with one of our endpoints. */
export const seeOther = (path: `/${string}`, cookies: string[] = []): Reply => ({
  statusCode: 303,
  headers: { ...noStore, location: path },
  cookies,
});
