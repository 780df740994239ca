import { type Parameters, single } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { describeRefusal, errorOf } from '../oauth/refusal-catalogue.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type Reply, refusalReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** RFC 6750 §2.1: the token of an Authorization header; undefined when the header holds something else. */
export const bearerCredentials = (header: string): string | undefined =>
  /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header)?.[1];

/** RFC 6750 §2.1, and §2.2 when a form came along; never from the query (§2.3). Refuses two at once. */
export function bearerToken(request: HttpRequest, form?: Parameters): Result<string, Refusal> {
  const header = request.header('authorization');
  const inHeader = header === undefined ? undefined : bearerCredentials(header);
  const inForm = form && single(form, 'access_token');
  if (header !== undefined && inForm !== undefined) return refuse({ reason: 'access_token_sent_twice' });
  if (header !== undefined && inHeader === undefined) return refuse({ reason: 'access_token_invalid' });
  const token = inHeader ?? inForm;
  return token === undefined ? refuse({ reason: 'access_token_missing' }) : ok(token);
}

/** RFC 6750 §3: the refusal in WWW-Authenticate; a request without any token is only told what to use (§3.1). */
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
