import { describeRefusal, errorOf } from '../oauth/describe-refusal.ts';
import { type Parameters, single } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type Reply, refusalReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** Returns the token of an Authorization header (RFC 6750 §2.1), or undefined when the header holds something else. */
export const bearerCredentials = (header: string): string | undefined =>
  /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header)?.[1];

/**
 * Reads the token from the Authorization header (RFC 6750 §2.1) or, if given, the form (§2.2), but never from the query (§2.3).
 * Refuses two tokens, a malformed header and a missing token.
 */
export function bearerToken(request: HttpRequest, form?: Parameters): Result<string, Refusal> {
  const header = request.header('authorization');
  const inHeader = header === undefined ? undefined : bearerCredentials(header);
  const inForm = form && single(form, 'access_token');
  if (header !== undefined && inForm !== undefined) return refuse({ reason: 'access_token_sent_twice' });
  if (header !== undefined && inHeader === undefined) return refuse({ reason: 'access_token_invalid' });
  const token = inHeader ?? inForm;
  return token === undefined ? refuse({ reason: 'access_token_missing' }) : ok(token);
}

/** Replies with the refusal in WWW-Authenticate (RFC 6750 §3). A request without a token only learns which scheme to use (§3.1). */
export const bearerRefusalReply = (refusal: Refusal, issuer: string): Reply =>
  refusalReply(refusal, issuer, bearerChallenge(refusal));

export function bearerChallenge(refusal: Refusal): { 'www-authenticate': string } {
  const attributes =
    refusal.reason === 'access_token_missing'
      ? []
      : [`error="${errorOf(refusal)}"`, `error_description="${describeRefusal(refusal)}"`];
  if (refusal.reason === 'scope_insufficient') attributes.push(`scope="${refusal.scope}"`);
  return { 'www-authenticate': attributes.length > 0 ? `Bearer ${attributes.join(', ')}` : 'Bearer' };
}
