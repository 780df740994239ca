import type { Detail } from '../../../shared/oauth/authorization-details.ts';
import { multiple, type Parameters, single } from '../../../shared/oauth/parameters.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { parseScope } from '../../../shared/oauth/scope.ts';
import { ok, type Result, refuse } from '../../../shared/result.ts';
import { askedDetails } from '../asked-details.ts';

/** What a client wants for the token of somebody (RFC 8693 §2.1). */
export type ExchangeRequest = {
  subjectToken: string;
  resources: string[];
  scope: string[] | undefined;
  details: Detail[] | undefined;
};

export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * Reads the request: an access token for an access token. The client that authenticates is the actor, so there is no actor token. An
 * `audience` names an API like a `resource`.
 */
export async function parseExchange(form: Parameters): Promise<Result<ExchangeRequest, Refusal>> {
  const subjectToken = single(form, 'subject_token');
  const isSupported =
    single(form, 'subject_token_type') === accessTokenType &&
    (single(form, 'requested_token_type') ?? accessTokenType) === accessTokenType &&
    single(form, 'actor_token') === undefined &&
    single(form, 'actor_token_type') === undefined;
  if (subjectToken === undefined || !isSupported) return refuse({ reason: 'exchange_unsupported' });
  const text = single(form, 'scope');
  const scope = text === undefined ? undefined : parseScope(text);
  if (scope && !scope.ok) return scope;
  const resources = [...multiple(form, 'resource'), ...multiple(form, 'audience')];
  const details = await askedDetails(form);
  return details.ok ? ok({ subjectToken, resources, scope: scope?.value, details: details.value }) : details;
}
