import type { Refusal } from '../oauth/refusal.ts';
import type { JudgedProof } from '../pkce/code-verifier.ts';
import type { PkceRules } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { ReadCode } from './code.ts';
import type { Grant } from './grant.ts';
import type { GrantStore, Redemption } from './grant-store.ts';
import {
  type ExchangeRequest,
  isSpendable,
  judgeExchange,
  refuseLostScope,
  refuseUnspendable,
} from './judge-exchange.ts';
import { isWithin } from './within.ts';

export type RedeemRequest = ExchangeRequest & { code: ReadCode };

/** The grant that was found, if it is that of the code: whose id is not made from it must have its hash. */
const ofCode = (grant: Grant | undefined, { codeHash }: ReadCode): Grant | undefined =>
  grant?.codeHash === codeHash ? grant : undefined;

/** `scope` is what the client is registered for now. */
type RedeemingClient = { clientId: string; rules: PkceRules; scope: readonly string[] };

/**
 * Returns the grant that {@link redeemCode} would redeem, as far as a read can tell, or undefined when it would refuse. Changes
 * nothing, so steps that may fail for other reasons can run first, while the code is still good.
 */
export async function findRedeemable(
  request: RedeemRequest,
  { clientId, rules, scope }: RedeemingClient,
  grants: Pick<GrantStore, 'find'>,
  { now, within = {} }: Redemption,
): Promise<Grant | undefined> {
  const grant = ofCode(await grants.find(request.code.grantId), request.code);
  if (!grant || !isSpendable(grant, clientId, now) || !isWithin(within, grant)) return undefined;
  return judgeExchange(request, grant, rules).ok && !refuseLostScope(grant, scope) ? grant : undefined;
}

/**
 * Redeems a code. Spends it first and judges after, so each code gets one attempt by its own client; a refusal leaves it spent. A
 * spent code in an otherwise correct request is a replay and revokes the grant (OAuth 2.1 §7.5.2). With anything else wrong, it
 * is only refused, or anybody could revoke.
 */
export async function redeemCode(
  request: RedeemRequest,
  client: RedeemingClient,
  grants: Pick<GrantStore, 'spend' | 'revoke'>,
  redemption: Redemption,
): Promise<Result<{ grant: Grant } & JudgedProof, Refusal>> {
  const { grantId, codeHash } = request.code;
  const spent = await grants.spend(grantId, client.clientId, { ...redemption, codeHash });
  if (spent.won) {
    const { grant } = spent;
    const judged = judgeExchange(request, grant, client.rules);
    if (!judged.ok) return judged;
    const lost = refuseLostScope(grant, client.scope);
    return lost ? refuse(lost) : ok({ grant, ...judged.value });
  }
  const grant = ofCode(spent.grant, request.code);
  const refusal = refuseUnspendable(grant, client.clientId, redemption.now, redemption.within);
  if (grant && refusal.reason === 'code_spent' && judgeExchange(request, grant, client.rules).ok) {
    await grants.revoke(grant.id, redemption.now);
  }
  return refuse(refusal);
}
