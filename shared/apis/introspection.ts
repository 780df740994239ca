import type { RegisteredApi } from './registered-api.ts';

/** Whether a client may introspect a token with these audiences: it may when it introspects for one of those APIs (RFC 7662 §4). */
export const mayIntrospectTokenOf = (
  audience: readonly string[],
  clientId: string,
  apis: readonly RegisteredApi[],
): boolean =>
  apis.some(({ resource, introspectedBy }) => audience.includes(resource) && introspectedBy?.includes(clientId));
