import type { Reply } from './reply.ts';

/*
 * Cross-origin requests (Fetch standard). Any origin may ask and read where an endpoint allows it: no cookie is taken there, so
 * nothing is lost.
 */

/** Headers of every reply of an endpoint that other origins may read. */
export const anyOrigin = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'www-authenticate, dpop-nonce',
};

/** Replies to a preflight request. `methods` are those of the endpoint. */
export const preflightReply = (methods: readonly string[]): Reply => ({
  statusCode: 204,
  headers: {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'authorization, content-type, dpop, mcp-protocol-version',
    'access-control-max-age': '86400',
  },
});
