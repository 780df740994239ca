import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { Decision } from '../../shared/audit/decision.ts';
import type { AuthenticatedClient, AuthenticationDeps } from '../../shared/clients/client-authentication.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { GrantStore } from '../../shared/grants/grant-store.ts';
import type { RefreshSettings } from '../../shared/grants/refresh-grant.ts';
import type { RefreshKeys } from '../../shared/grants/refresh-token.ts';
import type { Hooks } from '../../shared/hooks/hooks.ts';
import { clientRefusalReply, readAuthenticatedForm } from '../../shared/http/authenticated-form.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { jsonReply, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { SigningAlgorithm, SigningKey } from '../../shared/keys/signing-key.ts';
import type { Parameters } from '../../shared/oauth/parameters.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import type { GrantType } from '../../shared/oauth/server-metadata.ts';
import type { TokenResponse } from '../../shared/tokens/mint.ts';
import { clientCredentials } from './client-credentials.ts';
import { exchangeCode } from './exchange-code.ts';
import { parseGrantType } from './parse-grant-type.ts';
import { refresh } from './refresh.ts';

export type TokenDeps = AuthenticationDeps &
  RefreshSettings & {
    issuer: string;
    /** `aud` when no resource is named. */
    audience: string;
    /** Seconds. */
    accessTokenLifetime: number;
    idTokenLifetime: number;
    /** Signs access tokens, and ID tokens of clients that do not ask for another algorithm. */
    defaultAlgorithm: SigningAlgorithm;
    clients: Pick<ClientReader, 'find' | 'globalPolicy'>;
    apis: ApiReader;
    grants: Pick<GrantStore, 'find' | 'spend' | 'rotate' | 'revoke'>;
    hooks: Pick<Hooks, 'claims'>;
    signingKey: (algorithm: SigningAlgorithm) => Promise<SigningKey>;
    refreshKeys: () => Promise<RefreshKeys>;
    writeLine: WriteLine;
  };

/** What a grant flow answers: the tokens, or the refusal, and what the audit log should know. */
export type FlowOutcome = { note: Partial<Decision> } & (
  | { ok: true; tokens: TokenResponse }
  | { ok: false; refusal: Refusal }
);

type GrantFlow = (form: Parameters, client: AuthenticatedClient, deps: TokenDeps) => Promise<FlowOutcome>;

const flows: Record<GrantType, GrantFlow> = {
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
  const refused = (refusal: Refusal, note: Partial<Decision> = {}): Answer => ({
    reply: clientRefusalReply(refusal, request, deps.issuer),
    decision: { verdict: 'refused', ...note, reason: refusal.reason, mistake: mistakeOf(refusal) },
  });

  const authenticated = await readAuthenticatedForm(request, deps);
  if (!authenticated.ok) return refused(authenticated.refusal);
  const { form, client } = authenticated.value;
  const grantType = parseGrantType(form, client);
  if (!grantType.ok) return refused(grantType.refusal, { client: client.clientId });

  const outcome = await flows[grantType.value](form, client, deps);
  const note = { grant: grantType.value, ...outcome.note };
  if (!outcome.ok) return refused(outcome.refusal, note);
  return { reply: jsonReply(200, outcome.tokens), decision: { verdict: 'allowed', ...note } };
}
