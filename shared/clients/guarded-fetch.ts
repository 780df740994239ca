import { lookup } from 'node:dns';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { isFetchable } from '../oauth/fetchable-url.ts';
import { ok, type Result, refuse } from '../result.ts';
import { isLoopbackUri } from './back-channel-uri.ts';
import { notPublic, publicLookupBy, type Resolve } from './public-lookup.ts';

/*
 * Fetches what a client names. The client chooses the address, so it is treated as hostile: https on a public host only, every
 * address that its name resolves to is judged, the connection goes to those that were judged, no redirects, and limits for size
 * and time.
 */

/** Why nothing was fetched. */
export type FetchFailure =
  | 'not_fetchable'
  | 'address_not_public'
  | 'redirected'
  | 'not_served'
  | 'too_large'
  | 'too_slow'
  | 'certificate_refused'
  | 'unreachable';

/** The body and two of the headers, empty where they were absent. */
export type Fetched = { text: string; contentType: string; cacheControl: string };

export type FetchLimits = { bytes: number; milliseconds: number };

/** How names are resolved and connections made; default: as the system does. `allowLoopback` is for runs on one machine. */
export type Network = {
  resolve?: Resolve;
  connect?: RequestOptions['createConnection'];
  allowLoopback?: boolean;
};

/** Fetches the text at an address with one GET request. Refuses with the reason. */
export function guardedFetch(
  url: string,
  limits: FetchLimits,
  { resolve = lookup, connect, allowLoopback }: Network = {},
): Promise<Result<Fetched, FetchFailure>> {
  // A connection that was kept open was judged before; every fetch is judged anew.
  const alone = connect ? { createConnection: connect } : { agent: false };
  const options = { headers: { accept: 'application/json', 'accept-encoding': 'identity' }, ...alone };
  if (allowLoopback && isLoopbackUri(url)) return answerTo(requestHttp(url, options), limits);
  if (!isFetchable(url)) return Promise.resolve(refuse('not_fetchable'));
  return answerTo(requestHttps(url, { ...options, lookup: publicLookupBy(resolve) }), limits);
}

function answerTo(outgoing: ClientRequest, { bytes, milliseconds }: FetchLimits) {
  return new Promise<Result<Fetched, FetchFailure>>((settle) => {
    const give = (result: Result<Fetched, FetchFailure>) => {
      settle(result);
      clearTimeout(timer);
      outgoing.destroy();
    };
    const timer = setTimeout(() => give(refuse('too_slow')), milliseconds);
    outgoing.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode !== 200) return give(refuse(statusCode >= 300 && statusCode < 400 ? 'redirected' : 'not_served'));
      const chunks: Buffer[] = [];
      let received = 0;
      response.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received > bytes) give(refuse('too_large'));
        else chunks.push(chunk);
      });
      const { 'content-type': contentType = '', 'cache-control': cacheControl = '' } = headers;
      return response.on('end', () => {
        give(ok({ text: new TextDecoder().decode(Buffer.concat(chunks)), contentType, cacheControl }));
      });
    });
    outgoing.on('error', (error) => give(refuse(failureOf(error))));
    outgoing.end();
  });
}

function failureOf({ code = '' }: NodeJS.ErrnoException): FetchFailure {
  if (code === notPublic) return 'address_not_public';
  return /CERT|SIGNATURE|TLS|SSL/.test(code) ? 'certificate_refused' : 'unreachable';
}
