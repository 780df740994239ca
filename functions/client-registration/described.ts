import { withWholeScope } from '../../shared/apis/client-scope.ts';
import { grantableScope } from '../../shared/apis/grantable-scope.ts';
import type { Registration } from '../../shared/clients/registration-store.ts';
import { registeredMetadata } from '../../shared/clients/self-registration.ts';
import { jsonReply, type Reply } from '../../shared/http/reply.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { RegistrationDeps } from './registration-deps.ts';

/** What only the answer can tell: both are stored as hashes. */
export type Secrets = { secret?: string | undefined; token?: string | undefined };

/** The client information response (RFC 7591 §3.2.1, RFC 7592 §3). The members for managing are there only with the token for it. */
export async function described(
  status: 200 | 201,
  { client, registeredAt }: Registration,
  { secret, token }: Secrets,
  { issuer, apis }: Pick<RegistrationDeps, 'issuer' | 'apis'>,
): Promise<Reply> {
  const scope = grantableScope(await withWholeScope(client, apis), true);
  return jsonReply(status, {
    ...registeredMetadata(client, scope),
    client_id_issued_at: registeredAt,
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    ...(token !== undefined && {
      registration_access_token: token,
      registration_client_uri: `${issuer}${endpoints.clientRegistration}/${client.clientId}`,
    }),
  });
}
