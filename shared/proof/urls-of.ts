/**
 * The URLs by which a proof may name a request: by the issuer that is configured, never by the Host header, with the path of the
 * endpoint or the alias at which the request arrived (RFC 9449 §4.3).
 */
export const urlsOf = (issuer: string, path: string, request: { path: string }): string[] => [
  issuer + path,
  issuer + request.path,
];
