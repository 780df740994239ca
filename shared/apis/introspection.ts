import type { RegisteredApi } from './registered-api.ts';

/** RFC 7662 §4: whether a token for these audiences is the client's business. It is when one of them is an API that it introspects for. */
export const mayIntrospectTokenOf = (
  audience: readonly string[],
  clientId: string,
  apis: readonly RegisteredApi[],
): boolean =>
  apis.some(({ resource, introspectedBy }) => audience.includes(resource) && introspectedBy?.includes(clientId));
