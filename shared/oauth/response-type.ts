/** OAuth 2.0 Multiple Response Types §3 and §5. The authorization endpoint never returns an access token. */
export const responseTypes = ['code', 'code id_token'] as const;
export type ResponseType = (typeof responseTypes)[number];

/** How the authorization endpoint returns its response (Multiple Response Types §2.1, Form Post Response Mode §2). */
const carriers = ['query', 'fragment', 'form_post'] as const;
export type Carrier = (typeof carriers)[number];

/** The same with the parameters in a signed JWT (JARM §2.3). `jwt` alone is the one that the response type would have. */
export type ResponseMode = Carrier | `${Carrier}.jwt`;
export const responseModes = [...carriers, 'jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'] as const;

/** What a mode puts the parameters into, and whether they are signed. */
export const carrierOf = (mode: ResponseMode): Carrier => mode.replace('.jwt', '') as Carrier;
export const isSigned = (mode: ResponseMode): boolean => mode.endsWith('.jwt');

/** Parses a response type. Its values are a set, in any order (RFC 6749 §3.1.1). */
export function parseResponseType(text: string): ResponseType | undefined {
  const sorted = text.split(' ').toSorted().join(' ');
  return responseTypes.find((type) => type === sorted);
}

/** Parses a response mode. A code goes into the query by default; an ID token must not, or it would end up in logs (§5). */
export function parseResponseMode(text: string | undefined, type: ResponseType): ResponseMode | undefined {
  const usual = type === 'code' ? 'query' : 'fragment';
  if (text === undefined) return usual;
  const mode = responseModes.find((known) => known === text);
  if (mode === 'jwt') return `${usual}.jwt`;
  return mode !== undefined && carrierOf(mode) === 'query' && type !== 'code' ? undefined : mode;
}
