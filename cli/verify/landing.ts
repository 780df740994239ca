/*
 * Where an authorization request ends, as seen by the person's browser.
 */

/** The parameters of an authorization response from query and fragment, with every value of each. */
type ResponseParameters = ReadonlyMap<string, readonly string[]>;

export type Landing =
  /** An authorization response, and the URL it went to, without query and fragment. */
  | { kind: 'redirected'; to: string; parameters: ResponseParameters }
  /** The pushed request was refused, so the browser was never sent anywhere (RFC 9126 §2.3). */
  | { kind: 'refused'; status: number; error?: string }
  /** On the way to a URL that belongs neither to the server nor to a redirect URI. */
  | { kind: 'elsewhere' }
  /** On a page of the server that offers no way forward. */
  | { kind: 'page'; status: number }
  /** It cannot be determined where it ends. */
  | { kind: 'stuck'; because: string };

/** What makes a URL an authorization response: one of these targets, or a code with the request's state. */
export type Expected = { redirectUris: readonly string[]; state: string };

/** Reads an absolute URL as it appears in the response. Returns undefined when the browser is to continue. */
export function readResponse(
  address: string,
  { redirectUris, state }: Expected,
): Extract<Landing, { kind: 'redirected' }> | undefined {
  const parameters = parametersOf(address);
  const to = baseOf(address);
  const hasOurCode = parameters.has('code') && parameters.get('state')?.[0] === state;
  const isThere = redirectUris.some((uri) => baseOf(uri) === to);
  return isThere || hasOurCode ? { kind: 'redirected', to, parameters } : undefined;
}

/** Returns a URL without query and fragment, byte for byte. */
export const baseOf = (address: string): string => address.replace(/[?#][\s\S]*$/, '');

export const originOf = (address: string): string | undefined =>
  URL.canParse(address) ? new URL(address).origin : undefined;

function parametersOf(address: string): ResponseParameters {
  const [, query = '', fragment = ''] = /^[^?#]*(?:\?([^#]*))?(?:#([\s\S]*))?$/.exec(address) ?? [];
  const all = [...new URLSearchParams(query), ...new URLSearchParams(fragment)];
  return new Map(
    [...Map.groupBy(all, ([name]) => name)].map(([name, pairs]) => [name, pairs.map(([, value]) => value)]),
  );
}
