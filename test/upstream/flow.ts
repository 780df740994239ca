import { createHash } from 'node:crypto';
import type { Page, Person } from '../support/person.ts';

/** The path and query of an address, as a browser of this server opens it. */
export const targetOf = (url: URL): string => `${url.pathname}${url.search}`;

/** Follows the redirects of the server to the provider: the authorization request that arrives there. */
export async function toProvider(person: Person, target: string): Promise<URL> {
  let page = await person.open(target);
  for (let hops = 0; hops < 5 && page.headers.location?.startsWith('/'); hops += 1) {
    page = await person.open(page.headers.location);
  }
  if (!page.headers.location) throw new Error(`expected a redirect to the provider, got ${page.status} ${page.body}`);
  return new URL(page.headers.location);
}

/** Comes back from the provider and goes where that leads within the server. */
export const comeBack = (person: Person, callback: URL): Promise<Page> => person.follow(targetOf(callback));

export const s256 = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

/** What the page says is wrong. */
export const problemOn = ({ body }: Page): string | undefined => /role="alert">([^<]*)</.exec(body)?.[1];
