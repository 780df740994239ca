/*
 * The cookies of one person at one authorization server (RFC 6265), as far as a sign-in needs them: name, host or domain, path,
 * and removal.
 */

type Cookie = { name: string; value: string; domain: string; isHostOnly: boolean; path: string };

export type CookieJar = {
  /** Stores the cookies in a response from `url`. Returns their values, which are secrets. */
  keep(url: string, headers: Headers): string[];
  /** Adds the cookies of a `Cookie` header for the host of `url`. */
  put(url: string, header: string): string[];
  /** Returns the `Cookie` header for a request to `url`, or undefined when there is nothing to send. */
  header(url: string): string | undefined;
};

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  const set = (cookie: Cookie) => cookies.set(`${cookie.domain} ${cookie.path} ${cookie.name}`, cookie);

  return {
    keep(url, headers) {
      const lines = headers.getSetCookie().map((line) => parseSetCookie(line, new URL(url)));
      for (const { cookie, isOver } of lines.filter((line) => line !== undefined)) {
        set(cookie);
        if (isOver) cookies.delete(`${cookie.domain} ${cookie.path} ${cookie.name}`);
      }
      return lines.flatMap((line) => (line ? [line.cookie.value] : []));
    },
    put(url, header) {
      const pairs = header.split(';').map(parsePair);
      const found = pairs.filter((pair) => pair !== undefined);
      for (const pair of found) set({ ...pair, domain: new URL(url).hostname, isHostOnly: true, path: '/' });
      return found.map(({ value }) => value);
    },
    header(url) {
      const { hostname, pathname } = new URL(url);
      const sent = [...cookies.values()]
        .filter((cookie) => isForHost(cookie, hostname) && isForPath(cookie.path, pathname))
        .sort((one, other) => other.path.length - one.path.length);
      return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
  };
}

function parsePair(text: string): { name: string; value: string } | undefined {
  const [, name, value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, value };
}

function parseSetCookie(line: string, { hostname, pathname }: URL): { cookie: Cookie; isOver: boolean } | undefined {
  const [first = '', ...rest] = line.split(';');
  const pair = parsePair(first);
  if (pair === undefined) return undefined;
  const attributes = new Map(
    rest.map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
  // Another site's cookie, not ours to keep.
  if (domain && !isWithin(hostname, domain)) return undefined;
  const path = attributes.get('path');
  const isOver =
    Number(attributes.get('max-age') ?? 1) <= 0 ||
    (!attributes.has('max-age') && Date.parse(attributes.get('expires') ?? '') <= Date.now());
  return {
    cookie: {
      ...pair,
      domain: domain || hostname,
      isHostOnly: !domain,
      path: path?.startsWith('/') ? path : pathname.replace(/\/[^/]*$/, '') || '/',
    },
    isOver,
  };
}

const isWithin = (hostname: string, domain: string): boolean => hostname === domain || hostname.endsWith(`.${domain}`);

const isForHost = ({ domain, isHostOnly }: Cookie, hostname: string): boolean =>
  isHostOnly ? hostname === domain : isWithin(hostname, domain);

const isForPath = (path: string, pathname: string): boolean =>
  pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
