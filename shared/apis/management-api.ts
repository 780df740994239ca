import { endpoints } from '../oauth/endpoints.ts';
import type { RegisteredApi } from './registered-api.ts';

/** What a client may be registered for to use the management API: to look, and to change. Neither includes the other. */
export const managementScopes = ['pixy:read', 'pixy:write'] as const;
export type ManagementScope = (typeof managementScopes)[number];

export const isManagementScope = (value: string): boolean => managementScopes.some((scope) => scope === value);

/** The management API as an API that is always registered. Its tokens live ten minutes. */
export const managementApi = (issuer: string): RegisteredApi => ({
  resource: issuer + endpoints.admin,
  scope: managementScopes,
  accessTokenLifetime: 600,
});
