/*
 * Where an authorization request ends, seen from the browser of the person.
 */

/** The parameters of an authorization response, as often as each is there. From the query and from the fragment. */
type ResponseParameters = ReadonlyMap<string, readonly string[]>;

export type Landing =
  /** An authorization response, and the address it went to, without query and fragment. */
  | { kind: 'redirected'; to: string; parameters: ResponseParameters }
  /** On the way to an address that is neither the server nor a redirect URI. */
  | { kind: 'elsewhere' }
  /** On a page of the server with nothing to press that would lead further. */
  | { kind: 'page'; status: number }
  /** It cannot be said where it ends. */
  | { kind: 'stuck'; because: string };

/** What makes an address an authorization response: where it leads, or that it carries a code with the state of the request. */
export type Expected = { redirectUris: readonly string[]; state: string };

/** Takes an absolute address, as it stands in the answer. Undefined when the browser is to go on. */
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

/** An address without query and fragment, byte for byte. */
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
