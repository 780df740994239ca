import { isPublic } from '../../../shared/clients/registered-client.ts';
import { single } from '../../../shared/oauth/parameters.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { readAssertion } from '../../../shared/upstream/assertion.ts';
import type { FlowOutcome, GrantFlow } from '../grant-flow.ts';
import { type IdentityDeps, identityToken } from './identity-token.ts';
import { takeAssertion } from './take-assertion.ts';
import { workloadToken } from './workload-token.ts';

/**
 * RFC 7523 §2.1: an assertion of an issuer that the operator trusts is exchanged for an access token, of the client that its workload
 * is, or of the person whom an identity provider means. There is no refresh token: whoever has another assertion comes again.
 */
export const jwtBearerFlow =
  (own: IdentityDeps): GrantFlow =>
  async (form, client, deps, jkt) => {
    const note = { client: client.clientId };
    const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

    const text = single(form, 'assertion');
    if (text === undefined) return refused({ reason: 'assertion_missing' });
    const assertion = readAssertion(text);
    if (assertion === undefined) return refused({ reason: 'assertion_untrusted' });
    // A public client could be anybody; a workload proves by its assertion who it is.
    if (assertion.kind === 'identity' && isPublic(client)) return refused({ reason: 'client_authentication_missing' });
    const taken = await takeAssertion(assertion, client.clientId, jkt, deps);
    if (!taken.ok) return refused(taken.refusal);
    return assertion.kind === 'workload'
      ? workloadToken(form, client, taken.value, deps, jkt)
      : identityToken(form, client, taken.value, deps, own, jkt);
  };
