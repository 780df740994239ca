import { request } from 'node:https';
import type { JSONWebKeySet } from 'jose';
import { isFetchable } from '../oauth/fetchable-url.ts';
import { isLoopbackUri } from './back-channel-uri.ts';
import { publicLookup } from './public-lookup.ts';

/*
 * Fetches the JWKS of a client or of a trusted issuer. The client chooses the address, so it is treated as hostile: https on a public host only, the resolved
 * address is checked on connecting, no redirects, at most 64 KiB, at most 3 seconds.
 */

const limits = { bytes: 65_536, milliseconds: 3_000 };

/** Fetches the JWKS at an address; undefined when it cannot be fetched, and nobody is proven by it then. */
export type FetchJwks = (url: string) => Promise<JSONWebKeySet | undefined>;

const fetchPublic: FetchJwks = async (url) => (isFetchable(url) ? fetchWith(request, url) : undefined);

/** Also from this machine, by http: for local runs, where the issuer may be under development, too. */
const fetchLocal: FetchJwks = async (url) =>
  isLoopbackUri(url) ? fetchWith((await import('node:http')).request, url) : fetchPublic(url);

export const jwksFetch = (callsLoopback: boolean): FetchJwks => (callsLoopback ? fetchLocal : fetchPublic);

function fetchWith(send: typeof request, url: string): Promise<JSONWebKeySet | undefined> {
  // The lookup is for names, and a loopback address is allowed only here.
  const options = send === request ? { lookup: publicLookup } : {};
  return new Promise((settle) => {
    const give = (text?: string) => {
      settle(text === undefined ? undefined : parseJwks(text));
      outgoing.destroy();
    };
    const timer = setTimeout(give, limits.milliseconds);
    const outgoing = send(url, { ...options, headers: { accept: 'application/json' } }, (response) => {
      if (response.statusCode !== 200) return give();
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > limits.bytes) give();
        else chunks.push(chunk);
      });
      return response.on('end', () => give(Buffer.concat(chunks).toString('utf8')));
    });
    outgoing.on('error', () => give());
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.end();
  });
}

function parseJwks(text: string): JSONWebKeySet | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const keys = (json as JSONWebKeySet | null)?.keys;
    return Array.isArray(keys) ? { keys: keys.slice(0, 20) } : undefined;
  } catch {
    return undefined;
  }
}

/** How long a JWKS is remembered, how long a failure is, and how soon an unknown key triggers another fetch, in seconds. */
const remembered = { keys: 300, failure: 10, unknownKey: 30 };

const maximum = 200;

/** `at`: when it was fetched. `triedAt`: when a fetch was last tried. */
type Known = { jwks: JSONWebKeySet | undefined; at: number; triedAt: number };

/** Returns the keys at an address. When the wanted `kid` is not among those remembered, fetches them again. */
export type RemoteJwks = (url: string, kid?: string) => Promise<JSONWebKeySet | undefined>;

/**
 * Remembers the JWKS of every address, so that a client cannot trigger fetches at will. A missing key may have been added since
 * (OpenID Connect Core §10.1.1), so it triggers a new fetch, at most once in 30 s; when that fails, the remembered keys stay.
 * Concurrent callers share a fetch. `now` returns epoch seconds; `fetch` returns undefined when there is no JWKS.
 */
export function remoteJwks(now: () => number, fetch: FetchJwks = fetchPublic): RemoteJwks {
  const known = new Map<string, Known>();
  const running = new Map<string, Promise<JSONWebKeySet | undefined>>();

  const isFresh = ({ jwks, at }: Known) => now() < at + (jwks === undefined ? remembered.failure : remembered.keys);

  function load(url: string): Promise<JSONWebKeySet | undefined> {
    const started =
      running.get(url) ??
      fetch(url)
        .then((jwks) => keep(url, jwks))
        .finally(() => running.delete(url));
    running.set(url, started);
    return started;
  }

  function keep(url: string, jwks: JSONWebKeySet | undefined): JSONWebKeySet | undefined {
    const before = known.get(url);
    const stays = jwks === undefined && before?.jwks !== undefined && isFresh(before);
    const next = stays ? { ...before, triedAt: now() } : { jwks, at: now(), triedAt: now() };
    known.delete(url);
    const [oldest] = known.keys();
    if (known.size >= maximum && oldest !== undefined) known.delete(oldest);
    known.set(url, next);
    return next.jwks;
  }

  return async (url, kid) => {
    const found = known.get(url);
    if (found === undefined || !isFresh(found)) return load(url);
    const isMissing = found.jwks !== undefined && kid !== undefined && !found.jwks.keys.some((key) => key.kid === kid);
    return isMissing && now() >= found.triedAt + remembered.unknownKey ? load(url) : found.jwks;
  };
}
