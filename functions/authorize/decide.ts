import { withWholeScope } from '../../shared/apis/client-scope.ts';
import { findApis, resourcesOf } from '../../shared/apis/token-target.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { PkceRules } from '../../shared/pkce/policy.ts';
import { hashSecret } from '../../shared/secret.ts';
import type { OpenedRequest } from '../meant-request.ts';
import { admitWithDetails } from './admit-with-details.ts';
import { answersElsewhere } from './answers-elsewhere.ts';
import type { AuthorizeDeps } from './authorize-deps.ts';
import type { EarlyReading } from './find-early.ts';
import { findPerson } from './find-person.ts';
import type { IdentifiedClient } from './identify-client.ts';
import { issueGrant } from './issue-grant.ts';
import { judgeSession } from './judge-session.ts';
import { consentState } from './needs-consent.ts';
import { asksSamePerson } from './needs-sign-in.ts';
import { type Outcome, refused } from './outcome.ts';
import { refuseUnpushed, refuseUnsigned } from './refuse-unpushed.ts';

/** Characters of a request that can go on in a Location: API Gateway takes 10,240 bytes of headers. */
export const longestQuery = 8_000;

/** The steps of an authorization request, in their order. */
export async function decide(
  { parameters, name, query, pushed, early }: OpenedRequest & { early: ReturnType<EarlyReading['person']> },
  identified: IdentifiedClient,
  rules: PkceRules,
  request: HttpRequest,
  deps: AuthorizeDeps,
): Promise<Outcome> {
  const now = deps.now();
  const { redirectUri } = identified;
  const unpushed = pushed ? undefined : (refuseUnpushed(identified.client, deps) ?? refuseUnsigned(identified.client));
  if (unpushed) return refused(unpushed);
  const client = await withWholeScope(identified.client, deps.apis);
  const admitted = await admitWithDetails(parameters, client, rules, deps);
  if (!admitted.ok) return refused(admitted.refusal);
  const { resources, responseType, prompt, wouldRefuse, dropped } = admitted.value;
  const apis = findApis(resources, resources.length > 0 ? await deps.apis.list() : []);
  if (!apis.ok) return refused(apis.refusal);
  if (query.length > longestQuery) return refused({ reason: 'parameter_too_long' });
  const elsewhere = answersElsewhere(request, admitted.value, query, deps);
  if (elsewhere) return { kind: 'elsewhere', at: elsewhere };
  const minter = responseType === 'code id_token' ? await deps.idTokenMinter?.(client) : undefined;
  if (minter && !minter.ok) return refused(minter.refusal);
  const subjects = await deps.subjectsOf(client);
  if (!subjects.ok) return refused(subjects.refusal);

  const { sessionId, found } = await findPerson(request, client, admitted.value, deps, early);
  const subject = found && subjects.value(found.session.sub, found);
  const judged = await judgeSession({ ...admitted.value, pushedAt: pushed?.at }, found?.session, subject, deps);
  if (!judged.ok) return refused(judged.refusal);
  const session = judged.value;
  if (session === undefined || found === undefined) {
    const isAgain = found !== undefined && asksSamePerson(admitted.value);
    const cookies = isAgain ? [leaveNotice(deps.issuer, 'confirm')] : [];
    return { kind: 'continued', at: `${endpoints.signIn}?${query}`, cookies, dropped };
  }

  // Before a permission for once is used up: without the keys there would be no code for it.
  const sealKeys = await deps.refreshKeys();
  const requestHash = hashSecret(name);
  const { consent, clientEpoch } = found;
  const state = consentState(client, admitted.value, { consent, requestHash, redirectUri }, now);
  const isAllowed =
    state === 'not_needed' || (state === 'once' && (await deps.useConsent(session.sub, client, requestHash)));
  if (!isAllowed && prompt.includes('none')) return refused({ reason: 'consent_required' });
  if (!isAllowed && admitted.value.wasDenied) return refused({ reason: 'consent_denied' });
  if (!isAllowed) return { kind: 'continued', at: `${endpoints.consent}?${query}`, dropped };

  const granting = { ...identified, sessionId, session, clientEpoch, subject, sealKeys, mintIdToken: minter?.value };
  const granted = { ...admitted.value, resources: resourcesOf(apis.value) };
  const response = await issueGrant(granted, { ...granting, pushedId: pushed?.id }, deps, now);
  if (response === 'completed before') return refused({ reason: 'request_uri_used' });
  return { kind: 'granted', response, wouldRefuse: wouldRefuse?.reason, dropped };
}
