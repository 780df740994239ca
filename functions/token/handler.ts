import { withWholeScope } from '../../shared/apis/client-scope.ts';
import type { Decision } from '../../shared/audit/decision.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readFormOrJson } from '../../shared/http/json-form.ts';
import { jsonReply, nonceHeader, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Parameters } from '../../shared/oauth/parameters.ts';
import { takesJson } from '../../shared/oauth/path-aliases.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import type { GrantType } from '../../shared/oauth/server-metadata.ts';
import { clientRefusalReply, readAuthenticatedForm } from '../authenticated-form.ts';
import { proveKey, refuseWithoutNonce } from '../prove-key.ts';
import { refuseWithoutPerson } from './asked-details.ts';
import { clientCredentials } from './client-credentials.ts';
import { exchangeCode } from './exchange-code.ts';
import type { GrantFlow, LateGrantType, TokenDeps } from './grant-flow.ts';
import { parseGrantType } from './parse-grant-type.ts';
import { refresh } from './refresh.ts';

const flows: Record<Exclude<GrantType, LateGrantType>, GrantFlow> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
  client_credentials: clientCredentials,
};

/** RFC 6749 §3.2: the token endpoint. */
export const tokenHandler = (deps: TokenDeps) =>
  endpoint({
    name: 'token',
    methods: { POST: (request) => token(request, deps) },
    tell: (refusal) => refusalReply(refusal, deps.issuer),
    crossOrigin: true,
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function token(request: HttpRequest, deps: TokenDeps): Promise<Answer> {
  const refused = (refusal: Refusal, note: Partial<Decision> = {}, headers = {}): Answer => ({
    reply: clientRefusalReply(refusal, request, deps.issuer, headers),
    decision: { verdict: 'refused', ...note, reason: refusal.reason, mistake: mistakeOf(refusal) },
  });

  const read = takesJson(request.path) ? readFormOrJson : undefined;
  const meant = (form: Parameters) => deps.meantClient(form, deps);
  const beforeUse = refuseWithoutNonce(request, endpoints.token, deps);
  const authenticated = await readAuthenticatedForm(request, deps, { read, meant, beforeUse });
  if (!authenticated.ok) return refused(authenticated.refusal);
  const { form } = authenticated.value;
  const client = await withWholeScope(authenticated.value.client, deps.apis);
  const grantType = parseGrantType(form, client, deps);
  if (!grantType.ok) return refused(grantType.refusal, { client: client.clientId });

  const withoutPerson = refuseWithoutPerson(form, grantType.value);
  if (withoutPerson) return refused(withoutPerson, { client: client.clientId });

  const grant = loggedGrant(grantType.value);
  const proved = await proveKey(request, client, endpoints.token, deps);
  if (!proved.ok) return refused(proved.refusal, { grant, client: client.clientId });
  const { jkt, nonce } = proved.value;

  const outcome = await { ...flows, ...deps.lateFlows }[grantType.value](form, client, deps, jkt);
  const note = { grant, ...outcome.note };
  const nextNonce = nonceHeader(nonce);
  if (!outcome.ok) return refused(outcome.refusal, note, nextNonce);
  return { reply: jsonReply(200, outcome.tokens, nextNonce), decision: { verdict: 'allowed', ...note } };
}

/** A grant type as the audit log calls it: of a URN the last part, as in `jwt_bearer`. */
const loggedGrant = (grantType: GrantType): string => grantType.replace(/.*:/, '').replaceAll('-', '_');
