/*
 * Client ids and scope values in paths. An HTTP API hands over decoded paths and cuts them at a decoded question mark, so an id with any of
 * / ? # % (or one that starts with ~, or is only dots) stands in its path as ~ and its base64url.
 */

const plain = /^(?!~|\.{1,2}$)[\x21\x22\x24\x26-\x2e\x30-\x3e\x40-\x7e]{1,255}$/;

/** The id or the value as a segment of a path. */
export const pathSegment = (clientId: string): string =>
  plain.test(clientId) ? encodeURIComponent(clientId) : `~${Buffer.from(clientId).toString('base64url')}`;

/** What a segment stands for; undefined when it stands for none. */
export function parsePathSegment(segment: string): string | undefined {
  if (segment.startsWith('~')) {
    const clientId = Buffer.from(segment.slice(1), 'base64url').toString();
    const isWhole = Buffer.from(clientId).toString('base64url') === segment.slice(1);
    return isWhole && /^[\x21-\x7e]{1,255}$/.test(clientId) ? clientId : undefined;
  }
  const decoded = decode(segment);
  return decoded !== undefined && plain.test(decoded) ? decoded : undefined;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
