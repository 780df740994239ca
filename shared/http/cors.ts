import type { Reply } from './reply.ts';

/*
 * Cross-origin requests (Fetch standard). Any origin may ask and read where an endpoint allows it: no cookie is taken there, so
 * nothing is lost.
 */

/** Headers of every reply of an endpoint that other origins may read. */
export const anyOrigin = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'www-authenticate, dpop-nonce, retry-after',
};

/**
 * Replies to a preflight request. `methods` are those of the endpoint. Allows the headers that were asked for, whatever they are:
 * tracing and client libraries add their own, and none of them changes what is decided.
 */
export function preflightReply(methods: readonly string[], requestedHeaders: string | undefined): Reply {
  const names = headerNames(requestedHeaders);
  return {
    statusCode: 204,
    headers: {
      'access-control-allow-methods': methods.join(', '),
      ...(names.length > 0 && { 'access-control-allow-headers': names.join(', ') }),
      'access-control-max-age': '86400',
    },
  };
}

const most = { names: 50, characters: 100 };

/** Reads a list of header names (RFC 9110 §5.1) and drops what is none. */
function headerNames(list = ''): string[] {
  const names = list.split(',').map((name) => name.trim());
  return names
    .filter((name) => name.length <= most.characters && /^[\w!#$%&'*+.^`|~-]+$/.test(name))
    .slice(0, most.names);
}
