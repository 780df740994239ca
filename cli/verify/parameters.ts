/** Parameters of a request by name. `undefined` leaves one out, a list sends it more than once. */
export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `application/x-www-form-urlencoded`, by hand: the same name may be there twice. */
export const encode = (parameters: Changes): string =>
  Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one) => [name, one])))
    .map(([name = '', value = '']) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');

/** An endpoint may have a query of its own (RFC 6749 §3.1). */
export const withQuery = (url: string, parameters: Changes): string =>
  `${url}${url.includes('?') ? '&' : '?'}${encode(parameters)}`;
