import { request } from 'node:https';
import type { JSONWebKeySet } from 'jose';
import { isFetchable } from '../oauth/fetchable-url.ts';
import { publicLookup } from './public-lookup.ts';

/*
 * Fetches the JWKS of a client. The address is the client's word, so it is treated as hostile: https on a public host only, the
 * resolved address is checked at the moment of connecting, no redirects, at most 64 KiB, at most 3 seconds.
 */

const limits = { bytes: 65_536, milliseconds: 3_000 };

/** The JWKS at the address, or undefined when it cannot be had: the client then cannot authenticate. */
function fetchJwks(url: string): Promise<JSONWebKeySet | undefined> {
  if (!isFetchable(url)) return Promise.resolve(undefined);
  return new Promise((settle) => {
    const give = (text?: string) => {
      settle(text === undefined ? undefined : parseJwks(text));
      outgoing.destroy();
    };
    const timer = setTimeout(give, limits.milliseconds);
    const outgoing = request(url, { lookup: publicLookup, headers: { accept: 'application/json' } }, (response) => {
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

/** Seconds: how long a JWKS is remembered, how long that there is none, and how soon an unknown key makes us look again. */
const remembered = { keys: 300, failure: 10, unknownKey: 30 };

const maximum = 200;

/** `at`: when it was fetched; `triedAt`: when we looked last. */
type Known = { jwks: JSONWebKeySet | undefined; at: number; triedAt: number };

/** The keys at an address. `kid` names the one that is wanted: when it is not among those we remember, we look again. */
export type RemoteJwks = (url: string, kid?: string) => Promise<JSONWebKeySet | undefined>;

/**
 * Remembers the JWKS of every address, so that a client cannot make us fetch at will. A key that is not in it may have been added
 * since (OpenID Connect Core §10.1.1), so it is fetched again, at most once in 30 s; when that fails, what is remembered stays.
 * Concurrent callers share a fetch. `now` is in epoch seconds; `fetch` answers undefined when there is no JWKS to be had.
 */
export function remoteJwks(now: () => number, fetch = fetchJwks): RemoteJwks {
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
