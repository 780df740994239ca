import { noStore, type Reply } from '../../shared/http/reply.ts';
import {
  present,
  type RegisteredRedirectUri,
  type ResponseParameters,
  withFragment,
  withQuery,
} from '../../shared/oauth/redirect-uri.ts';
import type { Carrier } from '../../shared/oauth/response-type.ts';
import { formPostPage } from '../../shared/pages/form-post-page.ts';
import type { Look } from '../../shared/pages/look.ts';

/** Sends the answer of the authorization endpoint to the client (RFC 6749 §4.1.2; Multiple Response Types §2.1; Form Post Response Mode §2). */
export async function authorizationResponse(
  carrier: Carrier,
  to: RegisteredRedirectUri,
  parameters: ResponseParameters,
  look: Look,
): Promise<Reply> {
  if (carrier === 'form_post') return formPostPage(look, to, present(parameters));
  const location = carrier === 'query' ? withQuery(to, parameters) : withFragment(to, parameters);
  return { statusCode: 302, headers: { ...noStore, location } };
}
