import { noStore, type Reply } from '../../shared/http/reply.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import { type RegisteredRedirectUri, withQuery } from '../../shared/oauth/redirect-uri.ts';

/** OpenID Connect RP-Initiated Logout §3: back to the client, with the `state` it sent. */
export function goBack(to: RegisteredRedirectUri, sent: Parameters, cookies: string[]): Reply {
  const state = single(sent, 'state');
  return {
    statusCode: 303,
    headers: { ...noStore, location: state === undefined ? to : withQuery(to, { state }) },
    cookies,
  };
}
