import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { type Decision, methodUsed, ruled } from '../../shared/audit/decision.ts';
import type { AuthenticationDeps } from '../../shared/clients/client-authentication.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { isPublic, policySettings } from '../../shared/clients/registered-client.ts';
import { pushedLifetimes } from '../../shared/grants/pushed-request.ts';
import type { PushedRequestStore } from '../../shared/grants/pushed-request-store.ts';
import { type Home, withHome } from '../../shared/home.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { jsonReply, nonceHeader, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { single } from '../../shared/oauth/parameters.ts';
import { pushedParameters } from '../../shared/oauth/pushed-parameters.ts';
import { requestUriOf } from '../../shared/oauth/pushed-request.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import type { Attempt } from '../../shared/people/throttle-store.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import { generateSecret } from '../../shared/secret.ts';
import { clientRefusalReply, readAuthenticatedForm } from '../authenticated-form.ts';
import { type ProveKeyDeps, proveSentKey, refuseWithoutNonce } from '../prove-key.ts';
import { bindToKey } from './bind-to-key.ts';
import { readRequest } from './read-request.ts';
import { refusePushed } from './refuse-pushed.ts';

export type ParDeps = AuthenticationDeps &
  ProveKeyDeps & {
    issuer: string;
    /** Where this is, with several regions. */
    home: Home | undefined;
    clients: Pick<ClientReader, 'globalPolicy'>;
    apis: ApiReader;
    hasOperators: boolean;
    pushedRequests: Pick<PushedRequestStore, 'keep'>;
    /** Counts a request of a public client by the address that it comes from. */
    count: (sourceIp: string, now: number) => Promise<Pick<Attempt, 'retryAfter'>>;
    writeLine: WriteLine;
  };

/** RFC 9126 §2: where a client pushes an authorization request. It authenticates as at the token endpoint, and may bind the code to a key. */
export const parHandler = (deps: ParDeps) =>
  endpoint({
    name: 'par',
    methods: { POST: (request) => push(request, deps) },
    tell: (refusal) => refusalReply(refusal, deps.issuer),
    crossOrigin: true,
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function push(sent: HttpRequest, deps: ParDeps): Promise<Answer> {
  const refused = (refusal: Refusal, note: Partial<Decision> = {}, headers = {}): Answer => ({
    reply: clientRefusalReply(refusal, sent, deps.issuer, headers),
    decision: { verdict: 'refused', ...note, reason: refusal.reason, mistake: mistakeOf(refusal) },
  });

  const beforeUse = refuseWithoutNonce(sent, endpoints.par, deps);
  const authenticated = await readAuthenticatedForm(sent, deps, { beforeUse });
  if (!authenticated.ok) return refused(authenticated.refusal);
  const { form, client } = authenticated.value;
  const now = deps.now();
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
  const request = await readRequest(form, client, deps);
  if (!request.ok) return refused(request.refusal, { client: client.clientId, ...ruled(rules) });
  const named = pushedParameters(request.value, client.clientId);
  const method = methodUsed(single(named, 'code_challenge'), single(named, 'code_challenge_method'));
  const note = { client: client.clientId, ...ruled(rules), method };
  const proved = await proveSentKey(sent, client, endpoints.par, deps);
  if (!proved.ok) return refused(proved.refusal, note);
  const nextNonce = nonceHeader(proved.value.nonce);
  const bound = bindToKey(named, proved.value.jkt);
  if (!bound.ok) return refused(bound.refusal, note, nextNonce);
  const parameters = bound.value;
  const refusal = await refusePushed(parameters, client, rules, deps);
  if (refusal) return refused(refusal, note, nextNonce);
  // Anybody can push as a public client, and each request is an item in the table.
  const { retryAfter } = isPublic(client) ? await deps.count(sent.sourceIp, now) : {};
  if (retryAfter !== undefined) return refused({ reason: 'pushed_requests_throttled', retryAfter }, note, nextNonce);

  const reference = withHome(deps.home, generateSecret());
  await deps.pushedRequests.keep(reference, parameters, client, now);
  // RFC 9126 §2.2
  return {
    reply: jsonReply(201, { request_uri: requestUriOf(reference), expires_in: pushedLifetimes.toOpen }, nextNonce),
    decision: { verdict: 'allowed', ...note },
  };
}
