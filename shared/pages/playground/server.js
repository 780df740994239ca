/*
 * Where this page is, and whom it asks.
 */

/** The folder that the modules come from is below the page's own path. */
const folder = new URL('.', import.meta.url);

/** The page itself is the redirect URI. */
export const redirectUri = folder.href.replace(/\/$/, '');

const { client = '', scheme = '', relays, log } = document.documentElement.dataset;

/** The client that this page is. */
export const clientId = client;

/** A redirect URI of that client which no web page can have; empty where it has none. */
export const schemeRedirectUri = scheme;

/** Whether the server sends the authorization requests of this page, and tells it the answers, which the browser would hide. */
export const isRelayed = relays === 'yes';

/** Whether a search of the audit log takes time and costs something: then only what somebody asks for is searched. */
export const isLogRemote = log === 'remote';

let metadata;

/** RFC 8414. Asked once. */
export function discover() {
  metadata ??= fetch('/.well-known/oauth-authorization-server').then((reply) => reply.json());
  return metadata;
}

/** What the server answers beside this page. Undefined where nothing answers. @param {string} name @param {string} query */
export async function askBeside(name, query) {
  const reply = await fetch(`${folder.href}${name}?${query}`, { redirect: 'manual' }).catch(() => undefined);
  return reply?.ok ? reply.json() : undefined;
}
