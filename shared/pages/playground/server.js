/*
 * Where this page is, and whom it asks.
 */

/** The folder that the modules come from is below the page's own path. */
const folder = new URL('.', import.meta.url);

/** The page itself is the redirect URI. */
export const redirectUri = folder.href.replace(/\/$/, '');

/** A redirect URI of the demo app that no web page can have. */
export const schemeRedirectUri = 'com.example.demo:/callback';

let metadata;

/** RFC 8414. Asked once. */
export function discover() {
  metadata ??= fetch('/.well-known/oauth-authorization-server').then((reply) => reply.json());
  return metadata;
}

/** What only a local run answers, beside this page. Undefined where nothing answers. @param {string} name @param {string} query */
export async function askBeside(name, query) {
  const reply = await fetch(`${folder.href}${name}?${query}`).catch(() => undefined);
  return reply?.ok ? reply.json() : undefined;
}
