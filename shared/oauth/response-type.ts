/** OAuth 2.0 Multiple Response Types §3 and §5. No token ever comes from the authorization endpoint. */
export const responseTypes = ['code', 'code id_token'] as const;
export type ResponseType = (typeof responseTypes)[number];

/** How the answer of the authorization endpoint travels (Multiple Response Types §2.1, Form Post Response Mode §2). */
export const responseModes = ['query', 'fragment', 'form_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

/** Values are a set: their order does not matter (RFC 6749 §3.1.1). */
export function parseResponseType(text: string): ResponseType | undefined {
  const sorted = text.split(' ').toSorted().join(' ');
  return responseTypes.find((type) => type === sorted);
}

/** A code travels in the query unless asked otherwise; an ID token must not, it would end up in logs (§5). */
export function parseResponseMode(text: string | undefined, type: ResponseType): ResponseMode | undefined {
  if (text === undefined) return type === 'code' ? 'query' : 'fragment';
  const mode = responseModes.find((known) => known === text);
  return mode === 'query' && type !== 'code' ? undefined : mode;
}
