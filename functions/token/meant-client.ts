import { once } from '../../shared/cached.ts';
import { parseRefreshToken } from '../../shared/grants/refresh-token.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { jwtBearer } from '../../shared/oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { TokenDeps } from './grant-flow.ts';

const load = once(() => import('./jwt-bearer/compose.ts'));

const unnamed = refuse({ reason: 'client_id_missing' });

/** The client that a request means which names none: an assertion or a refresh token may say alone who sends it. Of other requests, nobody. */
export const meantClient: TokenDeps['meantClient'] = async (form, deps) => {
  if (single(form, 'client_secret') !== undefined) return unnamed;
  const grantType = single(form, 'grant_type');
  if (grantType === 'refresh_token') return clientOfRefreshToken(form, deps);
  return grantType === jwtBearer && deps.jwtBearer ? clientOfAssertion(form, deps) : unnamed;
};

/**
 * RFC 6749 §3.2.1 and §6: a public client may name itself, and the token belongs to one client anyway. SMART apps send it like that. It
 * does for no more than the name: a client that has a secret or keys is refused without them. Refuses a token of ours whose grant is not
 * there any more as what it is, since the app has to sign the person in again and not to name itself.
 */
async function clientOfRefreshToken(
  form: Parameters,
  { grants, refreshKeys }: Pick<TokenDeps, 'grants' | 'refreshKeys'>,
): Promise<Result<string, Refusal>> {
  const token = parseRefreshToken(single(form, 'refresh_token') ?? '', await refreshKeys());
  const grant = token && (await grants.find(token.grantId));
  if (grant !== undefined) return ok(grant.clientId);
  return token === undefined ? unnamed : refuse({ reason: 'refresh_token_unknown' });
}

/** RFC 7521 §4.1. A stranger is told the same, whether nobody trusts the issuer, a rule is broken, or there are several clients. */
async function clientOfAssertion(form: Parameters, deps: TokenDeps): Promise<Result<string, Refusal>> {
  const assertion = single(form, 'assertion');
  if (assertion === undefined) return unnamed;
  const jwtBearerFlow = await load();
  const clientId = await jwtBearerFlow.clientOfAssertion(assertion, deps);
  return clientId === undefined ? refuse({ reason: 'assertion_means_no_client' }) : ok(clientId);
}
