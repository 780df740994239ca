import type { ApiReader } from '../../shared/apis/api-store.ts';
import { claimsByScope } from '../../shared/apis/registered-scope.ts';
import { type ClaimsByScope, standardClaimsByScope } from '../../shared/oauth/claims.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';

/** The claims that scope values bring; the registered ones are asked for only where a request names claims, which they may permit. */
export const claimsFor = async (parameters: Parameters, apis: Pick<ApiReader, 'scopes'>): Promise<ClaimsByScope> =>
  single(parameters, 'claims') === undefined ? standardClaimsByScope : claimsByScope(await apis.scopes());
