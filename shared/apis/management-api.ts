import { endpoints } from '../oauth/endpoints.ts';
import type { RegisteredApi } from './registered-api.ts';

/**
 * What a client may be registered for to use the management API: to look, to change, and to change clients that themselves have
 * one of these, or to give them to others. None includes another.
 */
export const managementScopes = ['pixy:read', 'pixy:write', 'pixy:delegate'] as const;
export type ManagementScope = (typeof managementScopes)[number];

export const isManagementScope = (value: string): boolean => managementScopes.some((scope) => scope === value);

/** Does a client manage this server? */
export const isManager = ({ scope }: { scope: readonly string[] }): boolean => scope.some(isManagementScope);

/** The management API as an API that is always registered. Its tokens live ten minutes. */
export const managementApi = (issuer: string): RegisteredApi => ({
  resource: issuer + endpoints.admin,
  scope: managementScopes,
  accessTokenLifetime: 600,
});
