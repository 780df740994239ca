import type { Check } from '../check.ts';
import { baseOf, type Landing } from '../landing.ts';
import type { Probe } from '../probe.ts';
import { isLoopback } from '../transport.ts';
import { failed, passed, skipped } from '../verdict.ts';

/** A host that belongs to nobody (RFC 2606). */
const attacker = 'attacker.example';

export type Mutation = { name: string; uri: string | readonly string[] };

/** Returns redirect URIs that differ from a registered one in ways that lenient comparisons overlook. */
export function mutationsOf(redirectUri: string): Mutation[] {
  const [, scheme = '', authority, path = '', query = ''] =
    /^([a-z][a-z0-9+.-]*:)(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/i.exec(redirectUri) ?? [];
  const host = authority?.replace(/:\d+$/, '');
  const port = authority?.slice(host?.length) ?? '';
  const join = (parts: { scheme?: string; authority?: string; path?: string; query?: string }) => {
    const to = { scheme, authority, path, query, ...parts };
    return `${to.scheme}${to.authority === undefined ? '' : `//${to.authority}`}${to.path}${to.query}`;
  };
  const swapCase = (text: string) => text.replace(/[a-z]/i, swapLetter);
  const last = path.slice(path.lastIndexOf('/') + 1);

  const anywhere: Mutation[] = [
    { name: 'another host', uri: `https://${attacker}/callback` },
    { name: 'a trailing slash', uri: join({ path: path.endsWith('/') ? path.slice(0, -1) : `${path}/` }) },
    { name: 'a longer path', uri: join({ path: `${path}x` }) },
    { name: 'the case of the path', uri: join({ path: swapCase(path) }) },
    { name: 'another query', uri: `${redirectUri}${query === '' ? '?' : '&'}x=1` },
    { name: 'no query', uri: join({ query: '' }) },
    { name: 'a fragment', uri: `${redirectUri}#x` },
    { name: 'a trailing space', uri: `${redirectUri} ` },
    { name: 'a leading tab', uri: `\t${redirectUri}` },
    { name: 'a line break', uri: `${redirectUri}\r\nx: y` },
    { name: 'a wildcard', uri: join({ path: `${path.slice(0, path.length - last.length)}*` }) },
    { name: 'the scheme javascript', uri: `javascript://${host ?? ''}/%0aalert(1)` },
    { name: 'the scheme data', uri: 'data:text/html,x' },
    { name: 'a second redirect_uri', uri: [redirectUri, `https://${attacker}/callback`] },
  ];
  if (host === undefined || host === '') return distinct(anywhere, redirectUri);

  const hierarchical: Mutation[] = [
    { name: 'a path with ..', uri: join({ path: `${path}/../${last}` }) },
    { name: 'a path with an encoded ..', uri: join({ path: `${path}/%2e%2e/${last}` }) },
    { name: 'an encoded slash', uri: join({ path: `${path.slice(0, path.length - last.length - 1)}%2F${last}` }) },
    { name: 'a double slash', uri: join({ path: `/${path}` }) },
    { name: 'a user name', uri: join({ authority: `user@${authority}` }) },
    { name: 'the host as a user name', uri: join({ authority: `${host}@${attacker}` }) },
    { name: 'the host behind a backslash', uri: join({ authority: `${attacker}\\@${authority}` }) },
    { name: 'a host with the same start', uri: join({ authority: `${host}.${attacker}${port}` }) },
    { name: 'a host with the same end', uri: join({ authority: `attacker-${authority}` }) },
    { name: 'the case of the host', uri: join({ authority: swapCase(authority ?? '') }) },
    { name: 'http for https, or the reverse', uri: join({ scheme: scheme === 'https:' ? 'http:' : 'https:' }) },
  ];
  // A native app may listen on any port of the loopback interface (RFC 8252 §7.3).
  const named: Mutation[] = isLoopback(redirectUri)
    ? []
    : [
        { name: 'a subdomain', uri: join({ authority: `sub.${authority}` }) },
        { name: 'a full-width dot', uri: join({ authority: authority?.replace('.', '\u3002') ?? '' }) },
        { name: 'another port', uri: join({ authority: `${host}:${port === ':8443' ? 9443 : 8443}` }) },
        { name: 'the default port', uri: join({ authority: port === '' ? `${host}:443` : host }) },
      ];
  return distinct([...anywhere, ...hierarchical, ...named], redirectUri);
}

const swapLetter = (letter: string): string =>
  letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();

/** Drops changes that leave the URI as it was. */
function distinct(mutations: readonly Mutation[], redirectUri: string): Mutation[] {
  const seen = new Set([redirectUri]);
  return mutations.filter(({ uri }) => {
    const key = String(uri);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The server must not redirect to an unregistered URI, neither with a code nor with an error. */
export const redirectUriCheck: Check = {
  id: 'redirect-uri-mutations',
  section: 'RFC 9700 §2.1',
  needs: 'client',
  sends: 'redirect URIs that differ slightly from the registered one (case, path, query, host, port, scheme, …)',
  accepts: 'a page of the server and no redirect: the comparison is exact',
  fix: 'Compare redirect URIs character by character, and show an error page for all others.',
  run: async (probe) => {
    const wrong: string[] = [];
    for (const { name, uri } of mutationsOf(probe.client.redirectUri)) {
      const landing = await probe.authorize({ redirect_uri: uri });
      if (landing.kind === 'stuck') return skipped(landing.because);
      if (landing.kind === 'page' && landing.status === 429) return skipped('the server asked to slow down (429)');
      if (isWrong(landing, probe)) wrong.push(name);
    }
    return wrong.length === 0 ? passed : failed(`redirected with ${wrong.join(', ')}`);
  },
};

/** RFC 6749 §4.1.2.1 forbids redirecting to a wrong URI, even with an error. An error at the registered URI is harmless. */
function isWrong(landing: Landing, { client }: Probe): boolean {
  if (landing.kind !== 'redirected') return landing.kind === 'elsewhere';
  const isHarmless = landing.to === baseOf(client.redirectUri) && landing.parameters.has('error');
  return !isHarmless || landing.parameters.has('code');
}
