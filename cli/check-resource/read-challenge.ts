/** What a Bearer challenge says (RFC 6750 §3, RFC 9728 §5.1), by the names of its parameters in lower case. */
export type Challenge = ReadonlyMap<string, string>;

const token = "[!#$%&'*+.^_`|~\\w-]+";
const parameter = new RegExp(`(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y');

/** Returns the first Bearer challenge of a WWW-Authenticate header, or undefined when there is none (RFC 9110 §11.6.1). */
export function readChallenge(header: string | null): Challenge | undefined {
  // Not within a quoted text of another challenge.
  const unquoted = (header ?? '').replaceAll(/"(?:[^"\\]|\\.)*"/g, (quoted) => '_'.repeat(quoted.length));
  const start = /(?:^|,)\s*bearer(?=\s|,|$)/i.exec(unquoted);
  if (header === null || start === null) return undefined;
  const found = new Map<string, string>();
  let at = start.index + start[0].length;
  for (;;) {
    at += /^[\s,]*/.exec(header.slice(at))?.[0].length ?? 0;
    parameter.lastIndex = at;
    const match = parameter.exec(header);
    if (match === null) return found;
    const [whole, name = '', quoted, plain = ''] = match;
    found.set(name.toLowerCase(), quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'));
    at += whole.length;
  }
}
