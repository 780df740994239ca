import { type Parameters, parseParameters } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { type Result, refuse } from '../result.ts';
import type { HttpRequest } from './request.ts';

/** The largest body of a form. */
export const maximumBytes = 65_536;

/** Parses the body as a form (RFC 6749 appendix B). Refuses another content type (415), a body over 64 KiB (413) and bad encoding. */
export function readForm(request: HttpRequest): Result<Parameters, Refusal> {
  if (request.body.bytes > maximumBytes) return refuse({ reason: 'body_too_large' });
  const contentType = request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (contentType !== 'application/x-www-form-urlencoded') return refuse({ reason: 'content_type_unsupported' });
  return parseParameters(request.body.text);
}
