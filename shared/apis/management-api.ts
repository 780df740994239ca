import { endpoints } from '../oauth/endpoints.ts';
import type { RegisteredApi } from './registered-api.ts';

/**
 * The scope values for the management API: to read, to write, and to change clients that have one of these values themselves or
 * give one to a client. None includes another.
 */
export const managementScopes = ['pixy:read', 'pixy:write', 'pixy:delegate'] as const;
export type ManagementScope = (typeof managementScopes)[number];

export const isManagementScope = (value: string): boolean => managementScopes.some((scope) => scope === value);

/** Whether a client manages this server, or an API is the one to do it, that is, has one of these scope values. */
export const isManager = ({ scope }: { scope: readonly string[] }): boolean => scope.some(isManagementScope);

/** The management API, which is always registered. Its tokens live ten minutes. */
export const managementApi = (issuer: string): RegisteredApi => ({
  resource: issuer + endpoints.admin,
  scope: managementScopes,
  accessTokenLifetime: 600,
});

/** The APIs with the management API among them, where it is not yet. */
export const withManagementApi = (apis: readonly RegisteredApi[], issuer: string): readonly RegisteredApi[] =>
  apis.some(isManager) ? apis : [...apis, managementApi(issuer)];
