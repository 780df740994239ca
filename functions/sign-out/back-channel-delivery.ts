import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isLoopbackUri } from '../../shared/clients/back-channel-uri.ts';
import { publicLookup } from '../../shared/clients/public-lookup.ts';
import { isFetchable } from '../../shared/oauth/fetchable-url.ts';

/** Milliseconds: one attempt, and the pause before the second one. */
const limits = { attempt: 2_000, pause: 200 };

/** How a delivery ended, for the log: `delivered`, the status that came instead, or that nothing came. */
export type Delivery = 'delivered' | `status ${number}` | 'not reached' | 'not allowed';

/**
 * Posts a logout token (OpenID Connect Back-Channel Logout §2.5). The address is the client's word, so it is treated as hostile:
 * https on a public host, checked again at the moment of connecting, no redirects, and the answer is not read. `allowLoopback`
 * is for runs on one machine. A second attempt follows when nothing came, or a 5xx.
 */
export async function deliverLogoutToken(uri: string, token: string, allowLoopback: boolean): Promise<Delivery> {
  const isLoopback = isLoopbackUri(uri);
  if (isLoopback ? !allowLoopback : !isFetchable(uri)) return 'not allowed';
  const first = await post(uri, token, isLoopback);
  if (!mayHelpToRepeat(first)) return first;
  await new Promise((resolve) => setTimeout(resolve, limits.pause));
  return post(uri, token, isLoopback);
}

const mayHelpToRepeat = (delivery: Delivery): boolean => delivery === 'not reached' || delivery.startsWith('status 5');

function post(uri: string, token: string, isLoopback: boolean): Promise<Delivery> {
  const body = `logout_token=${encodeURIComponent(token)}`;
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
    agent: false,
  } as const;
  return new Promise((settle) => {
    const give = (delivery: Delivery) => {
      settle(delivery);
      clearTimeout(timer);
      outgoing.destroy();
    };
    const outgoing = isLoopback ? requestHttp(uri, options) : requestHttps(uri, { ...options, lookup: publicLookup });
    const timer = setTimeout(() => give('not reached'), limits.attempt);
    outgoing.on('response', ({ statusCode = 0 }) =>
      give(statusCode >= 200 && statusCode < 300 ? 'delivered' : `status ${statusCode}`),
    );
    outgoing.on('error', () => give('not reached'));
    outgoing.end(body);
  });
}
