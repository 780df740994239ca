import { ruled } from '../../../shared/audit/decision.ts';
import type { AuthenticatedClient } from '../../../shared/clients/client-authentication.ts';
import { policySettings } from '../../../shared/clients/registered-client.ts';
import type { DevicePollStore } from '../../../shared/grants/device-poll-store.ts';
import { judgePoll } from '../../../shared/grants/device-request.ts';
import { grantId } from '../../../shared/grants/issue-code.ts';
import { refuseEarlierClient } from '../../../shared/grants/judge-standing.ts';
import type { PollPace } from '../../../shared/grants/poll-pace.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { parseVerifier } from '../../../shared/pkce/code-verifier.ts';
import { resolveRules } from '../../../shared/pkce/policy.ts';
import type { FlowOutcome, GrantFlow, TokenDeps } from '../grant-flow.ts';

/** Redeems a device code that was allowed, like a code. `sub`: who allowed it. */
export type RedeemDeviceCode = (
  allowed: { code: string; sub: string | undefined; isDevice: true },
  form: Parameters,
  client: AuthenticatedClient,
  deps: TokenDeps,
  jkt: string | undefined,
) => Promise<FlowOutcome>;

type DeviceCodeDeps = { polls: DevicePollStore; pace: PollPace; redeem: RedeemDeviceCode };

/**
 * A poll (RFC 8628 §3.4): one read while the person has not decided, none when it comes too soon, and no write unless its proof is
 * wrong. Once the person has allowed the request, its device code is redeemed like a code.
 */
export const deviceCodeFlow =
  ({ polls, pace, redeem }: DeviceCodeDeps): GrantFlow =>
  async (form, client, deps, jkt) => {
    const now = deps.now();
    const { clientId } = client;
    const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
    const note = { client: clientId, ...ruled(rules) };
    const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

    const code = single(form, 'device_code');
    if (code === undefined) return refused({ reason: 'device_code_missing' });
    const verifier = parseVerifier(single(form, 'code_verifier'), rules);
    if (!verifier.ok) return refused(verifier.refusal);
    const id = grantId(code);
    if (pace.isTooSoon(id, now)) return refused({ reason: 'slow_down' });
    const polled = await polls.find(id);
    if (polled?.state === 'waiting') pace.remember(id, now);
    const earlier = polled?.clientId === clientId ? refuseEarlierClient(polled, client) : undefined;
    if (earlier) return refused(earlier);
    const judged = judgePoll(polled, { clientId, codeVerifier: verifier.value, rules, now });
    if (judged?.spends) await polls.end(id, 'spent');
    if (judged) return refused(judged.refusal);
    const allowed = { code, sub: polled && 'sub' in polled ? polled.sub : undefined, isDevice: true } as const;
    return redeem(allowed, form, client, deps, jkt);
  };
