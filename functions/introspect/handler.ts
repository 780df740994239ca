import type { ApiReader } from '../../shared/apis/api-store.ts';
import { mayIntrospectTokenOf } from '../../shared/apis/introspection.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { AuthenticationDeps } from '../../shared/clients/client-authentication.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { isPublic } from '../../shared/clients/registered-client.ts';
import { isOwnToken } from '../../shared/clients/since.ts';
import { isInForce, isOfClients } from '../../shared/grants/judge-standing.ts';
import type { SubjectStore } from '../../shared/grants/subject-store.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { jsonReply, noStore, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import { single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type AccessTokenClaims, actorsOf, readAccessToken } from '../../shared/tokens/access-token.ts';
import { tokenType } from '../../shared/tokens/mint.ts';
import { clientRefusalReply, readAuthenticatedForm } from '../authenticated-form.ts';
import { asksForSignature, type SignIntrospection, signedIntrospectionType } from './signed/sign-introspection.ts';

export type IntrospectDeps = AuthenticationDeps & {
  issuer: string;
  /** The audience of tokens that were requested for no API. */
  audience: string;
  apis: ApiReader;
  subjects: Pick<SubjectStore, 'findStanding'>;
  clients: Pick<ClientReader, 'findRegistered'>;
  publishedKeys: () => Promise<JwkSet>;
  /** Absent where responses are never signed. */
  sign: SignIntrospection | undefined;
  writeLine: WriteLine;
};

/**
 * RFC 7662, signed for those who ask for it (RFC 9701): for resource servers that are registered to ask. Only access tokens are ever active, and a token for an API only to
 * the clients that this API is introspected by.
 */
export const introspectHandler = (deps: IntrospectDeps) =>
  endpoint({
    name: 'introspect',
    methods: { POST: (request) => introspect(request, deps) },
    tell: (refusal) => refusalReply(refusal, deps.issuer),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function introspect(request: HttpRequest, deps: IntrospectDeps): Promise<Answer> {
  const refused = (refusal: Refusal, client?: string): Answer => ({
    reply: clientRefusalReply(refusal, request, deps.issuer),
    decision: { verdict: 'refused', reason: refusal.reason, client },
  });
  const authenticated = await readAuthenticatedForm(request, deps);
  if (!authenticated.ok) {
    const { refusal } = authenticated;
    return refused(refusal.reason === 'client_id_missing' ? { reason: 'client_authentication_missing' } : refusal);
  }
  const { form, client } = authenticated.value;
  const { clientId } = client;
  if (!client.mayIntrospect || isPublic(client)) return refused({ reason: 'introspection_not_allowed' }, clientId);
  const token = single(form, 'token');
  if (token === undefined) return refused({ reason: 'token_missing' }, clientId);

  const claims = await readAccessToken(token, deps.issuer, await deps.publishedKeys(), deps.now());
  const isActive =
    claims !== undefined && (await isForCaller(claims, clientId, deps)) && (await isGranted(claims, deps));
  const body = isActive ? described(claims) : { active: false };
  const decision = { verdict: 'allowed', client: clientId } as const;
  if (!deps.sign || !asksForSignature(request.header('accept'))) return { reply: jsonReply(200, body), decision };
  const signed = await deps.sign(body, client);
  if (!signed.ok) return refused(signed.refusal, clientId);
  const headers = { 'content-type': signedIntrospectionType, ...noStore };
  return { reply: { statusCode: 200, headers, body: signed.value }, decision };
}

/** RFC 7662 §2.2. A claim of the person may be called like a member of ours, as `active` is in many directories. */
function described(claims: AccessTokenClaims) {
  const ours = { active: true, token_type: tokenType(claims.cnf?.jkt) };
  return { ...ours, ...usernameMember(claims), ...claims, ...ours };
}

/** RFC 7662 §2.2: the name that an API gets for a person whose token already tells it. Some resource servers know people by no other member. */
const usernameMember = ({ preferred_username: username }: AccessTokenClaims): { username?: string } =>
  typeof username === 'string' ? { username } : {};

/** RFC 7662 §2.2: a token that the caller may not ask about looks like one that is not active. */
async function isForCaller({ aud }: AccessTokenClaims, clientId: string, deps: IntrospectDeps): Promise<boolean> {
  // The issuer is in the list for /userinfo alone.
  const named = typeof aud === 'string' ? [aud] : aud.filter((one) => one !== deps.issuer);
  const isOfNoApi = named.length === 1 && named[0] === deps.audience;
  return isOfNoApi || mayIntrospectTokenOf(named, clientId, await deps.apis.list());
}

/**
 * A token of a grant is active as long as its person stands by the grant and its clients are the ones that they gave it to; a client's own
 * token as long as that client is there.
 */
async function isGranted(claims: AccessTokenClaims, { subjects, clients }: IntrospectDeps): Promise<boolean> {
  const { grant_id: id, sub, iat, client_id: clientId } = claims;
  if (id === undefined) return isOwnToken(iat, await clients.findRegistered(clientId));
  const { grant, standing } = await subjects.findStanding(id, sub);
  const actors = actorsOf(claims);
  return isInForce(grant, standing, sub, actors) && isOfClients(grant, { iat, actors }, clients.findRegistered);
}
