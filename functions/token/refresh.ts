import { findApis } from '../../shared/apis/token-target.ts';
import type { AuthenticatedClient } from '../../shared/clients/client-authentication.ts';
import { refreshGrant } from '../../shared/grants/refresh-grant.ts';
import { formatRefreshToken, parseRefreshToken } from '../../shared/grants/refresh-token.ts';
import { multiple, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { parseScope } from '../../shared/oauth/scope.ts';
import { grantedApis } from './exchange-code.ts';
import type { FlowOutcome, TokenDeps } from './handler.ts';
import { loadKeys, tokenResponse } from './token-response.ts';

/** RFC 6749 §6. A narrower scope is for this access token alone; the grant keeps what it has. */
export async function refresh(form: Parameters, client: AuthenticatedClient, deps: TokenDeps): Promise<FlowOutcome> {
  const now = deps.now();
  const note = { client: client.clientId };
  const refused = (refusal: Refusal): FlowOutcome => ({ ok: false, refusal, note });

  const text = single(form, 'refresh_token');
  if (text === undefined) return refused({ reason: 'refresh_token_missing' });
  const requested = single(form, 'scope');
  const narrowed = requested === undefined ? undefined : parseScope(requested);
  if (narrowed && !narrowed.ok) return refused(narrowed.refusal);
  if (narrowed?.value.length === 0) return refused({ reason: 'scope_malformed' });
  const resources = multiple(form, 'resource');
  const known = resources.length > 0 ? findApis(resources, await deps.apis.list()) : undefined;
  if (known && !known.ok) return refused(known.refusal);
  const [keys, refreshKeys] = await Promise.all([loadKeys(client, deps), deps.refreshKeys()]);
  if (!keys.ok) return refused(keys.refusal);
  const token = parseRefreshToken(text, refreshKeys);
  if (token === undefined) return refused({ reason: 'refresh_token_unknown' });

  const settings = { ...deps, refreshIdleLifetime: client.refreshTokenIdleLifetime ?? deps.refreshIdleLifetime };
  const within = { ...(narrowed && { scope: narrowed.value }), resources };
  const refreshed = await refreshGrant(token, client.clientId, deps.grants, refreshKeys, settings, now, within);
  if (!refreshed.ok) return refused(refreshed.refusal);
  const { grant, next } = refreshed.value;
  const apis = known ?? (await grantedApis(grant.resources, deps));
  if (!apis.ok) return refused(apis.refusal);
  const scope = narrowed?.value ?? grant.scope;
  const refreshToken = formatRefreshToken(next, refreshKeys);
  const tokens = await tokenResponse(grant, { scope, apis: apis.value, refreshToken }, keys.value, deps, now);
  return tokens.ok ? { ok: true, tokens: tokens.value, note } : refused(tokens.refusal);
}
