import { playgroundClientId } from '../../../shared/clients/reserved-ids.ts';
import { jsonReply, type Reply } from '../../../shared/http/reply.ts';
import type { HttpRequest } from '../../../shared/http/request.ts';
import { sessionHeader } from '../../../shared/http/session-cookie.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import { single } from '../../../shared/oauth/parameters.ts';
import type { Reason } from '../../../shared/oauth/refusal.ts';
import type { ShowPage } from '../visit.ts';

/** Milliseconds that the server may take for an answer. */
const patience = 5_000;

/**
 * Sends an authorization request of the playground to this server, in the session of the browser, and tells how it was answered: browsers
 * hide redirects from the page that asked. Nothing else is sent for anybody: not the request of another client, whose code would be told,
 * and none that another site asked for.
 */
export const relayRequest: ShowPage = async ({ request, query }, { issuer }) => {
  if (single(query, 'client_id') !== playgroundClientId || !isOfOurPage(request)) return refused(403, 'query_invalid');
  try {
    const answer = await fetch(`${issuer}${endpoints.authorize}?${request.rawQuery}`, {
      redirect: 'manual',
      headers: sessionHeader(request, issuer),
      signal: AbortSignal.timeout(patience),
    });
    // What the browser is to keep is between it and the endpoint.
    const headers = Object.fromEntries(Array.from(answer.headers).filter(([name]) => name !== 'set-cookie'));
    const body = answer.status < 400 ? '' : await answer.text();
    return { reply: asJson(200, { status: answer.status, headers, body }) };
  } catch {
    // The server cannot reach its own address. The page then asks itself, and sees less.
    return refused(503, 'store_unavailable');
  }
};

/** Browsers say where a request comes from. What says nothing sends no cookie of ours by itself either. */
const isOfOurPage = (request: HttpRequest): boolean =>
  ['same-origin', undefined].includes(request.header('sec-fetch-site'));

const refused = (status: number, reason: Reason) => ({ reply: asJson(status, {}), refused: reason });

/** JSON for the page alone. */
export const asJson = (status: number, body: object): Reply =>
  jsonReply(status, body, { 'cross-origin-resource-policy': 'same-origin' });
