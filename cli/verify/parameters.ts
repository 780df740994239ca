/** Request parameters by name. `undefined` leaves one out, a list repeats it. */
export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Encodes `application/x-www-form-urlencoded` by hand, because a name may be repeated. */
export const encode = (parameters: Changes): string =>
  Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one) => [name, one])))
    .map(([name = '', value = '']) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');

/** Adds a query to an endpoint's URL, which may already have one (RFC 6749 §3.1). */
export const withQuery = (url: string, parameters: Changes): string =>
  `${url}${url.includes('?') ? '&' : '?'}${encode(parameters)}`;
