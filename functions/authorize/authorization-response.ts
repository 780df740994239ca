import { noStore, type Reply } from '../../shared/http/reply.ts';
import {
  present,
  type RegisteredRedirectUri,
  type ResponseParameters,
  withFragment,
  withQuery,
} from '../../shared/oauth/redirect-uri.ts';
import type { Carrier } from '../../shared/oauth/response-type.ts';

/**
 * Sends the answer of the authorization endpoint to the client (RFC 6749 §4.1.2; Multiple Response Types §2.1; Form Post Response Mode §2).
 * `post` makes the page with a form.
 */
export async function authorizationResponse(
  carrier: Carrier,
  to: RegisteredRedirectUri,
  parameters: ResponseParameters,
  post: (to: RegisteredRedirectUri, response: [string, string][]) => Promise<Reply>,
): Promise<Reply> {
  if (carrier === 'form_post') return post(to, present(parameters));
  const location = carrier === 'query' ? withQuery(to, parameters) : withFragment(to, parameters);
  return { statusCode: 302, headers: { ...noStore, location } };
}
