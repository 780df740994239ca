import type { Parameters } from '../shared/oauth/parameters.ts';

/** What an address means. `name`: what tells it from any other request, for a consent to this one. */
export type Meant = { parameters: Parameters; name: string };

/** The same at the authorization endpoint. */
export type OpenedRequest = Meant & {
  /** What goes along to our pages. */
  query: string;
  /** Of a request that was pushed: its item, by which client, and when that was, in epoch seconds. */
  pushed?: { id: string; clientSince: string | undefined; at: number };
};
