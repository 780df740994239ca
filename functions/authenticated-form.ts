import {
  type AuthenticatedClient,
  type AuthenticationDeps,
  authenticateClient,
  presentedCredentials,
} from '../shared/clients/client-authentication.ts';
import { readForm } from '../shared/http/form.ts';
import { type Reply, refusalReply } from '../shared/http/reply.ts';
import type { HttpRequest } from '../shared/http/request.ts';
import { errorOf } from '../shared/oauth/describe-refusal.ts';
import { type Parameters, refuseUnclear } from '../shared/oauth/parameters.ts';
import type { Refusal } from '../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../shared/result.ts';

type Reading = {
  /** How to read the body. */
  read?: ((request: HttpRequest) => Result<Parameters, Refusal>) | undefined;
  /** The client that a form means which names none, or why it means nobody. It then authenticates as if the form named it. */
  meant?: (form: Parameters) => Promise<Result<string, Refusal>>;
  beforeUse?: AuthenticationDeps['beforeUse'];
};

/** A form with the client that sent it: what the token, revocation and introspection endpoints begin with. */
export async function readAuthenticatedForm(
  request: HttpRequest,
  deps: AuthenticationDeps,
  { read = readForm, meant, beforeUse }: Reading = {},
): Promise<Result<{ form: Parameters; client: AuthenticatedClient }, Refusal>> {
  const form = read(request);
  if (!form.ok) return form;
  const unclear = refuseUnclear(form.value);
  if (unclear) return refuse(unclear);
  const named = presentedCredentials(request.header('authorization'), form.value);
  const presented = meant && isUnnamed(named) ? asMeant(await meant(form.value)) : named;
  if (!presented.ok) return presented;
  const client = await authenticateClient(presented.value, request.sourceIp, { ...deps, beforeUse });
  return client.ok ? ok({ form: form.value, client: client.value }) : client;
}

type Presented = ReturnType<typeof presentedCredentials>;

const isUnnamed = (presented: Presented): boolean => !presented.ok && presented.refusal.reason === 'client_id_missing';

const asMeant = (meant: Result<string, Refusal>): Presented =>
  meant.ok ? ok({ method: 'none', readings: [{ clientId: meant.value }] }) : meant;

/**
 * RFC 6749 §5.2: only a client that tried the Authorization header is told how to use it. Client libraries that see the header
 * look no further and hide the error.
 */
export function clientRefusalReply(
  refusal: Refusal,
  request: HttpRequest,
  issuer: string,
  headers: Record<string, string> = {},
): Reply {
  const tried = request.header('authorization') !== undefined && errorOf(refusal) === 'invalid_client';
  const challenge: Record<string, string> = tried ? { 'www-authenticate': 'Basic realm="token", charset="UTF-8"' } : {};
  return refusalReply(refusal, issuer, { ...headers, ...challenge });
}
