import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type GrantType, type SwitchedOn, servedGrantTypes } from '../../shared/oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** RFC 6749 §5.2: a grant type we serve and the client is registered for. */
export function parseGrantType(
  form: Parameters,
  client: RegisteredClient,
  switchedOn: SwitchedOn,
): Result<GrantType, Refusal> {
  const sent = single(form, 'grant_type');
  if (sent === undefined) return refuse({ reason: 'grant_type_missing' });
  const grantType = servedGrantTypes(switchedOn).find((served) => served === sent);
  if (grantType === undefined) return refuse({ reason: 'grant_type_unsupported' });
  return client.grantTypes.includes(grantType) ? ok(grantType) : refuse({ reason: 'grant_type_not_registered' });
}
