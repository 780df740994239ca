import { isDeepStrictEqual } from 'node:util';
import type { ApiStore } from '../../shared/apis/api-store.ts';
import { apiDocument, type RegisteredApi } from '../../shared/apis/registered-api.ts';

const author = { by: 'cdk deploy', why: 'declared by protectedResource' };

/**
 * Called by a deployment that changed the declaration: registers the API as it is declared, in the place of what was registered before.
 * Throws, so that the deployment fails, when somebody else changes it at the same moment.
 */
export const registerApiHandler =
  (api: RegisteredApi, apis: Pick<ApiStore, 'find' | 'put'>) => async (): Promise<void> => {
    const found = await apis.find(api.resource);
    if (found && isDeepStrictEqual(apiDocument(found.value), apiDocument(api))) return;
    const put = await apis.put(api, author, found?.version ?? 0);
    if (!put.ok) throw new Error(`${api.resource} was changed by somebody else: deploy again`);
  };
