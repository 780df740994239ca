import { whatWasDropped } from '../../../shared/audit/decision.ts';
import { isPublic } from '../../../shared/clients/registered-client.ts';
import type { ActingStore } from '../../../shared/grants/acting-store.ts';
import { isInForce, isOfClients } from '../../../shared/grants/judge-standing.ts';
import { withoutHome } from '../../../shared/home.ts';
import type { JwkSet } from '../../../shared/keys/loaded-keys.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { mayAct } from '../../../shared/people/still-valid.ts';
import { actorsOf, readAccessToken } from '../../../shared/tokens/access-token.ts';
import { accountFinder } from '../account-beside.ts';
import { detailsFor } from '../asked-details.ts';
import type { FlowOutcome, GrantFlow } from '../grant-flow.ts';
import { loadAccessTokenKey, tokenResponse, tokensHaveClaims } from '../token-response.ts';
import { judgeActor, judgeDetails, judgeScope, judgeTarget } from './judge-exchange.ts';
import { accessTokenType, parseExchange } from './parse-exchange.ts';

/** What only this grant needs. */
export type ExchangeDeps = { acting: ActingStore; publishedKeys: () => Promise<JwkSet> };

/**
 * RFC 8693: a client exchanges the access token of a person for one in its own name, which says that it acts for them. The new token
 * is for no more, and ends no later; it stands on the grant of the person, and ends with that at once. Grant and account are read
 * consistently, and the write that notes the actor holds only while the grant is in force. There is never a refresh token.
 */
export const tokenExchangeFlow =
  (own: ExchangeDeps): GrantFlow =>
  async (form, client, deps, jkt) => {
    const now = deps.now();
    const { clientId } = client;
    const note = { client: clientId };
    const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

    // `act` names the client, so it must be the one.
    if (isPublic(client)) return refused({ reason: 'grant_type_not_registered' });
    const request = await parseExchange(form);
    if (!request.ok) return refused(request.refusal);
    const claims = await readAccessToken(request.value.subjectToken, deps.issuer, await own.publishedKeys(), now);
    if (claims?.grant_id === undefined) return refused({ reason: 'subject_token_invalid' });
    const actor = judgeActor(claims, clientId);
    if (!actor.ok) return refused(actor.refusal);
    const apis = judgeTarget(claims, request.value.resources, { ...deps, apis: await deps.apis.list() });
    if (!apis.ok) return refused(apis.refusal);
    const judged = judgeScope(claims, request.value, client.scope);
    if (!judged.ok) return refused(judged.refusal);
    const { scope, isNarrowed } = judged.value;
    const heldDetails = judgeDetails(claims, request.value);
    if (!heldDetails.ok) return refused(heldDetails.refusal);
    const details = detailsFor(heldDetails.value, client, apis.value);

    const findAccount = accountFinder(deps.accounts, tokensHaveClaims(client, apis.value));
    const [grant, beside, key] = await Promise.all([
      deps.grants.find(withoutHome(claims.grant_id)),
      findAccount(claims.sub),
      loadAccessTokenKey(client, deps),
    ]);
    if (!key.ok) return refused(key.refusal);
    // A pairwise subject leads to no account; the grant says whose it is.
    const account = grant && grant.sub !== claims.sub ? await findAccount(grant.sub) : beside;
    const { standing, claims: person } = account;
    const actors = actorsOf(claims);
    if (standing === undefined || !isInForce(grant, standing, claims.sub, actors)) {
      return refused({ reason: 'subject_token_invalid' });
    }
    if (!(await isOfClients(grant, { iat: claims.iat, actors }, deps.clients.findRegistered))) {
      return refused({ reason: 'subject_token_invalid' });
    }
    if (!mayAct(standing, clientId, grant.issuedAt)) return refused({ reason: 'actor_not_allowed' });
    const acting = { act: actor.value, may_act: claims.may_act };
    const answer = { client, person, scope, apis: apis.value, details, endsAt: claims.exp, acting, jkt };
    const keys = { accessTokenKey: key.value, idTokenKey: key.value };
    const made = await tokenResponse({ ...grant, clientId }, answer, keys, deps, now);
    if (!made.ok) return refused(made.refusal);

    const noted = await own.acting.note(grant.id, { clientId, at: now, scope });
    if (noted === 'ended') return refused({ reason: 'subject_token_invalid' });
    if (noted === 'used up') return refused({ reason: 'grant_used_up' });
    return {
      ok: true,
      tokens: { ...made.value.tokens, issued_token_type: accessTokenType },
      note: { ...note, dropped: whatWasDropped(isNarrowed, made.value.hasDroppedClaims) },
    };
  };
