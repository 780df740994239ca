import { withWholeScope } from '../../shared/apis/client-scope.ts';
import type { InitialToken } from '../../shared/clients/registration-store.ts';
import { inWordsOf, scopeMistake, selfRegister } from '../../shared/clients/self-registration.ts';
import { bearerToken } from '../../shared/http/bearer.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import { readDocument } from '../../shared/http/json-document.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { generateSecret, hashSecret } from '../../shared/secret.ts';
import { described } from './described.ts';
import { metadataRefusal, refused } from './refused.ts';
import type { RegistrationDeps } from './registration-deps.ts';

type Presented = { token: string; initial: InitialToken } | undefined;

/**
 * RFC 7591 §3: registers a client. Refuses a missing or spent token where one is needed, too many registrations, and metadata that no
 * such client may have. Who has a token gets a client of their own and can manage it; without one, the same metadata is the same client.
 */
export async function register(request: HttpRequest, deps: RegistrationDeps): Promise<Answer> {
  const now = deps.now();
  const presented = await presentedToken(request, deps);
  if (!presented.ok) return refused(presented.refusal, deps);
  const attempt = await deps.throttle.countClientRegistration(request.sourceIp, now);
  if (attempt.retryAfter !== undefined) {
    return refused({ reason: 'client_registration_throttled', retryAfter: attempt.retryAfter }, deps);
  }
  const document = readDocument(request, { mediaTypes: ['application/json'], required: true });
  if (!document.ok) return refused(document.refusal.refusal, deps);

  const { token, initial } = presented.value ?? {};
  const registrant = { hasToken: initial !== undefined, mayBeConfidential: initial?.confidential ?? false };
  const registered = await selfRegister(document.value, registrant);
  if (!registered.ok) return refused(metadataRefusal(registered.refusal, document.value), deps);
  const { client, described: asked, secret } = registered.value;
  const { scope } = await withWholeScope(asked, deps.apis);
  const wrongScope = scopeMistake(document.value['scope'], scope);
  if (wrongScope) return refused(metadataRefusal([wrongScope], document.value), deps);
  if (token !== undefined && initial && !(await deps.registrations.spendToken(token, initial))) {
    return refused({ reason: 'access_token_invalid' }, deps);
  }

  const managing = initial && generateSecret();
  const by = initial ? `registration token ${initial.name}` : 'registration';
  const added = await deps.registrations.add(client, by, now, managing && hashSecret(managing));
  if (added.outcome === 'gone') {
    const because = 'An operator has removed the client that these metadata are of.';
    return refused({ reason: 'registration_metadata_invalid', because }, deps, client.clientId);
  }
  // What is there already takes no room, so it does not count.
  if (added.outcome === 'known') await attempt.takeBack();
  const registration = { ...added.registration, client: inWordsOf(asked, added.registration.client) };
  const reply = await described(201, registration, { secret, token: managing }, deps);
  return { reply, decision: { verdict: 'allowed', client: client.clientId } };
}

/** The initial access token of the request, if it has one. */
async function presentedToken(request: HttpRequest, deps: RegistrationDeps): Promise<Result<Presented, Refusal>> {
  const token = bearerToken(request);
  if (!token.ok) {
    const isOptional = token.refusal.reason === 'access_token_missing' && !deps.needsToken;
    return isOptional ? ok(undefined) : token;
  }
  const initial = await deps.registrations.findToken(token.value, deps.now());
  return initial ? ok({ token: token.value, initial }) : refuse({ reason: 'access_token_invalid' });
}
