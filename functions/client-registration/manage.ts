import { withWholeScope } from '../../shared/apis/client-scope.ts';
import { admitMetadata } from '../../shared/clients/admit-metadata.ts';
import { isProvenSecret } from '../../shared/clients/client-secret.ts';
import { hashDescription } from '../../shared/clients/hash-description.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { withoutEmpty } from '../../shared/clients/registration.ts';
import type { Registration } from '../../shared/clients/registration-store.ts';
import { scopeMistake } from '../../shared/clients/self-registration.ts';
import { bearerToken } from '../../shared/http/bearer.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import { type JsonObject, readDocument } from '../../shared/http/json-document.ts';
import { noStore } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { ok } from '../../shared/result.ts';
import { generateSecret } from '../../shared/secret.ts';
import { described } from './described.ts';
import { metadataRefusal, refused } from './refused.ts';
import type { RegistrationDeps } from './registration-deps.ts';

/** A registration, and the token that was presented for it and manages it. */
type Managed = { registration: Registration; token: string };

type Operation = (managed: Managed, request: HttpRequest, deps: RegistrationDeps) => Promise<Answer>;

/**
 * RFC 7592 §2: what a client does with its own registration. Refuses everything without the token of this very client with 401, whether
 * there is such a client or not.
 */
export async function manage(request: HttpRequest, operation: Operation, deps: RegistrationDeps): Promise<Answer> {
  const token = bearerToken(request);
  if (!token.ok) return refused(token.refusal, deps);
  const clientId = request.path.slice(`${endpoints.clientRegistration}/`.length);
  const registration = /^dcr-[\w-]{1,64}$/.test(clientId)
    ? await deps.registrations.findManaged(clientId, token.value, deps.now())
    : undefined;
  if (registration === undefined) return refused({ reason: 'access_token_invalid' }, deps);
  return operation({ registration, token: token.value }, request, deps);
}

/** RFC 7592 §2.1. The token stays as it is: reading changes nothing. */
export const showClient: Operation = async ({ registration, token }, _, deps) => ({
  reply: await described(200, registration, { token }, deps),
  decision: { verdict: 'allowed', client: registration.client.clientId },
});

/** RFC 7592 §2.2: replaces the metadata, and the token as well. How the client authenticates stays, and so does its secret. */
export const replaceClient: Operation = async ({ registration }, request, deps) => {
  const { client } = registration;
  const now = deps.now();
  const wrong = (member: string, problem: string, document: JsonObject = {}) =>
    refused(metadataRefusal([{ member, problem }], document), deps, client.clientId);
  const { retryAfter } = await deps.throttle.countClientRegistration(request.sourceIp, now);
  if (retryAfter !== undefined) return refused({ reason: 'client_registration_throttled', retryAfter }, deps);
  // What it says about itself could undo what an operator holds it to.
  if (registration.isOperators) {
    const because = 'An operator has changed this client, which can no longer change itself.';
    return refused({ reason: 'registration_metadata_invalid', because }, deps, client.clientId);
  }
  const document = readDocument(request, { mediaTypes: ['application/json'], required: true });
  if (!document.ok) return refused(document.refusal.refusal, deps, client.clientId);
  const { client_id: id, token_endpoint_auth_method: method, client_secret: secret } = withoutEmpty(document.value);
  if (id !== client.clientId) return wrong('client_id', 'is not the one of this client');
  const forbidden = serversOwn.find((member) => member in document.value);
  if (forbidden !== undefined) return wrong(forbidden, 'is for the server to say');
  if (secret !== undefined && !isSecretOf(client, secret)) {
    return wrong(
      'client_secret',
      'is not the one of this client, which cannot choose another; leave it out to keep it',
    );
  }
  if (method !== undefined && method !== client.tokenEndpointAuthMethod) {
    return wrong('token_endpoint_auth_method', 'cannot be changed');
  }
  const admitted = await admitAgain(document.value, client);
  if (!admitted.ok) return refused(metadataRefusal(admitted.refusal, document.value), deps, client.clientId);
  const { scope } = await withWholeScope(admitted.value, deps.apis);
  const wrongScope = scopeMistake(document.value['scope'], scope);
  if (wrongScope) return wrong(wrongScope.member, wrongScope.problem);

  const token = generateSecret();
  const isFirst = await deps.registrations.replace(admitted.value, registration, token, now);
  if (!isFirst) return refused({ reason: 'access_token_invalid' }, deps, client.clientId);
  return {
    reply: await described(200, { ...registration, client: admitted.value }, { token }, deps),
    decision: { verdict: 'allowed', client: client.clientId },
  };
};

/** RFC 7592 §2.2: a secret that comes along is the current one. Those that this server generated are compared, and no others. */
const isSecretOf = ({ secretHashes }: RegisteredClient, secret: unknown): boolean =>
  typeof secret === 'string' && secretHashes.some((hash) => isProvenSecret(secret, hash));

/** The client as it describes itself now, with what it cannot change. */
async function admitAgain(document: JsonObject, client: RegisteredClient) {
  const { clientId, tokenEndpointAuthMethod: method, secretHashes, disabled, pkce } = client;
  // The rules want to see a secret where one is needed; the one that there is stays.
  const secret = secretHashes.length > 0 ? generateSecret() : undefined;
  const admitted = await admitMetadata(document, { clientId, clientClass: 'dynamic', method, secret });
  if (!admitted.ok) return admitted;
  return ok({ ...admitted.value, secretHashes, disabled, pkce, documentHash: hashDescription(admitted.value) });
}

/** RFC 7592 §2.3: the client is gone, and so is its token. What it was granted is worth nothing without it. */
export const removeClient: Operation = async ({ registration }, _, deps) => {
  const { client } = registration;
  await deps.registrations.remove(registration, deps.now());
  return { reply: { statusCode: 204, headers: noStore }, decision: { verdict: 'allowed', client: client.clientId } };
};

/** RFC 7592 §2.2: "MUST NOT include". */
const serversOwn = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
] as const;
