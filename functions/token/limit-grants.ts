import { grantLimit, looksAtLimit } from '../../shared/grants/grant-limit.ts';
import type { TokenDeps } from './grant-flow.ts';

/** Ends the oldest grants of a person and a client that have too many, if this is the redemption of a grant that looks. Never fails. */
export async function limitGrants(
  grantId: string,
  sub: string,
  clientId: string,
  { grants, tidyUp }: Pick<TokenDeps, 'grants' | 'tidyUp'>,
): Promise<void> {
  if (looksAtLimit(grantId)) await tidyUp(() => grants.endOldest(sub, clientId, { ...grantLimit, spared: grantId }));
}
