import { header } from './exchange.js';
import { askBeside, isLogRemote } from './server.js';

/** The audit line of an exchange in words and as written, if there is one. */
export const findDecision = async ({ answered }) => {
  const requestId = header(answered, 'x-request-id');
  return requestId === undefined
    ? undefined
    : askBeside('decision', String(new URLSearchParams({ request: requestId })));
};

/** The same, unless it has to be asked for. */
export const findDecisionAtOnce = async (exchange) => (isLogRemote ? undefined : findDecision(exchange));

/** Why the server refused something: its audit line says so, and so does the page that its answer leads to. */
export const reasonOf = ({ said, answered }, decision) =>
  decision?.reason ?? /\/errors#([a-z_]+)/.exec(said.error_uri ?? answered.body)?.[1];

/** The rules for an authorization request, as `pixy policy explain` has them. @param {URLSearchParams} parameters */
export const explainRules = (parameters) => {
  const given = (name) => parameters.get(name) ?? undefined;
  const challenge = given('code_challenge');
  const method = given('code_challenge_method');
  const query = new URLSearchParams({ client_id: given('client_id') ?? '' });
  // A plain challenge is the verifier, and nothing here takes a verifier that is in use: the rules do not look at it.
  if (challenge === undefined) query.set('no_challenge', 'true');
  else if (method === 'S256') query.set('code_challenge', challenge);
  if (method !== undefined) query.set('code_challenge_method', method);
  else if (challenge !== undefined) query.set('no_method', 'true');
  const scope = given('scope');
  if (scope !== undefined) query.set('scope', scope);
  return askBeside('explanation', String(query));
};

const proof = 'The proof decided, not the policy: a challenge that was sent binds the code (RFC 7636 §4.6).';
const form = 'The form of a parameter decided, before any policy (RFC 7636 §4.2 to §4.4).';

/** Which rule stands behind a reason that is not the policy's. */
const rules = {
  code_challenge_missing: form,
  code_challenge_malformed: form,
  code_challenge_method_unsupported: form,
  code_verifier_required: proof,
  code_verifier_mismatch: proof,
  code_verifier_malformed: 'The form of the verifier decided; the code was not touched (RFC 7636 §4.1).',
  code_verifier_unexpected: 'The missing challenge decided: somebody may have removed it on the way (RFC 9700 §4.8.2).',
  code_spent: 'The code decided: it is good for one attempt, and this was not the first (RFC 6749 §4.1.2).',
  code_expired: 'The clock decided: the code is older than it may be (RFC 6749 §4.1.2).',
  code_unknown: 'The code decided: this server has issued no such code.',
  code_of_another_client: 'The client decided: the code was issued to another one (RFC 6749 §4.1.3).',
  redirect_uri_differs: 'The redirect URI decided: it is not the one of the authorization request (RFC 6749 §4.1.3).',
  redirect_uri_not_registered: 'The redirect URI decided: the client has not registered it (RFC 6749 §3.1.2.3).',
  access_token_invalid:
    'The access token decided: it is not valid, or its grant is no longer in force (RFC 6750 §3.1).',
  client_unknown: 'The client decided: nobody has registered it.',
};

const ofPolicy = new Set([
  'code_challenge_required',
  'code_challenge_method_required',
  'code_challenge_method_plain_refused',
  'code_below_policy',
]);

/** Which rule decided, in one sentence. */
export function decidingRule(exchange, decision, explanation) {
  const { endpoint, needsPerson } = exchange;
  const reason = reasonOf(exchange, decision);
  if (needsPerson) return 'Nothing is decided yet: the server wants to see the person first.';
  if (reason !== undefined && !ofPolicy.has(reason))
    return rules[reason] ?? `The reason ${reason} decided; it is explained behind error_uri.`;
  if (endpoint === 'userinfo') return 'The access token decided: it is valid, and its grant is still in force.';
  if (endpoint === 'token' && reason === undefined)
    return 'The proof decided: the verifier belongs to the challenge that the code was issued for.';
  const rule = explanation?.rules.find(({ decides }) => decides);
  return rule === undefined ? 'The policy decided.' : `The policy decided, by the rule “${rule.rule}”: ${rule.value}.`;
}
