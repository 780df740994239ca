/** OAuth 2.0 Multiple Response Types §3 and §5. The authorization endpoint never returns an access token. */
export const responseTypes = ['code', 'code id_token'] as const;
export type ResponseType = (typeof responseTypes)[number];

/** How the authorization endpoint returns its response (Multiple Response Types §2.1, Form Post Response Mode §2). */
export const responseModes = ['query', 'fragment', 'form_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

/** Parses a response type. Its values are a set, in any order (RFC 6749 §3.1.1). */
export function parseResponseType(text: string): ResponseType | undefined {
  const sorted = text.split(' ').toSorted().join(' ');
  return responseTypes.find((type) => type === sorted);
}

/** Parses a response mode. A code goes into the query by default; an ID token must not, or it would end up in logs (§5). */
export function parseResponseMode(text: string | undefined, type: ResponseType): ResponseMode | undefined {
  if (text === undefined) return type === 'code' ? 'query' : 'fragment';
  const mode = responseModes.find((known) => known === text);
  return mode === 'query' && type !== 'code' ? undefined : mode;
}
