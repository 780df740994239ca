import type { JSONWebKeySet } from 'jose';

/** Fetches the JWKS at an address; undefined when it cannot be fetched, and nobody is proven by it then. */
export type FetchJwks = (url: string) => Promise<JSONWebKeySet | undefined>;

/** `allowLoopback`: also from this machine, by http, for local runs. */
export const jwksFetch =
  (allowLoopback: boolean): FetchJwks =>
  async (url) =>
    (await import('./fetch-jwks.ts')).fetchJwks(url, allowLoopback);

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
export function remoteJwks(now: () => number, fetch: FetchJwks = jwksFetch(false)): RemoteJwks {
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
