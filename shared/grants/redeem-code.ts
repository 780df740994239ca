import type { Refusal } from '../oauth/refusal.ts';
import type { JudgedProof } from '../pkce/code-verifier.ts';
import type { PkceRules } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Grant } from './grant.ts';
import { type GrantStore, isWithin, type Redemption } from './grant-store.ts';
import { grantId } from './issue-code.ts';
import { type ExchangeRequest, isSpendable, judgeExchange, refuseUnspendable } from './judge-exchange.ts';

export type RedeemRequest = ExchangeRequest & { code: string };

type RedeemingClient = { clientId: string; rules: PkceRules };

/**
 * The grant that {@link redeemCode} would redeem, as far as a look can tell; undefined for whatever it would refuse. Changes
 * nothing: what may fail for other reasons can be done after it, while the code is still good.
 */
export async function findRedeemable(
  request: RedeemRequest,
  { clientId, rules }: RedeemingClient,
  grants: Pick<GrantStore, 'find'>,
  { now, within = {} }: Redemption,
): Promise<Grant | undefined> {
  const grant = await grants.find(grantId(request.code));
  if (!grant || !isSpendable(grant, clientId, now) || !isWithin(within, grant)) return undefined;
  return judgeExchange(request, grant, rules).ok ? grant : undefined;
}

/**
 * One attempt per code, by its own client: spend first, judge after. Whoever is refused here has no second try.
 * A spent code that comes again with everything right is a replay: it revokes the grant (OAuth 2.1 §7.5.2);
 * with anything wrong it is only refused, or anybody could revoke.
 */
export async function redeemCode(
  request: RedeemRequest,
  client: RedeemingClient,
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
