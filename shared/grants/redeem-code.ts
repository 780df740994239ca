import type { Refusal } from '../oauth/refusal.ts';
import type { JudgedProof } from '../pkce/code-verifier.ts';
import type { PkceRules } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Grant } from './grant.ts';
import type { GrantStore, Redemption } from './grant-store.ts';
import { grantId } from './issue-code.ts';
import { type ExchangeRequest, judgeExchange, refuseUnspendable } from './judge-exchange.ts';

export type RedeemRequest = ExchangeRequest & { code: string };

/**
 * One attempt per code, by its own client: spend first, judge after. Whoever is refused here has no second try.
 * A spent code that comes again with everything right is a replay: it revokes the grant (OAuth 2.1 §7.5.2);
 * with anything wrong it is only refused, or anybody could revoke.
 */
export async function redeemCode(
  request: RedeemRequest,
  client: { clientId: string; rules: PkceRules },
  grants: Pick<GrantStore, 'spend' | 'revoke'>,
  redemption: Redemption,
): Promise<Result<{ grant: Grant } & JudgedProof, Refusal>> {
  const { won, grant } = await grants.spend(grantId(request.code), client.clientId, redemption);
  if (won) {
    const judged = judgeExchange(request, grant, client.rules);
    return judged.ok ? ok({ grant, ...judged.value }) : judged;
  }
  const refusal = refuseUnspendable(grant, client.clientId, redemption.now);
  if (grant && refusal.reason === 'code_spent' && judgeExchange(request, grant, client.rules).ok) {
    await grants.revoke(grant.id, redemption.now);
  }
  return refuse(refusal);
}
