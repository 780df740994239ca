import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { Decision } from '../../shared/audit/decision.ts';
import { authenticateClient, presentedCredentials } from '../../shared/clients/client-authentication.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { jsonReply, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { SigningKey } from '../../shared/keys/signing-key.ts';
import { refuseUnclear } from '../../shared/oauth/parameters.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import { errorOf } from '../../shared/oauth/refusal-catalogue.ts';
import type { TokenResponse, TokenSettings } from '../../shared/tokens/mint.ts';
import { exchangeCode } from './exchange-code.ts';
import { parseGrantType } from './parse-grant-type.ts';

export type TokenDeps = TokenSettings & {
  clients: Pick<ClientReader, 'find' | 'globalPolicy'>;
  grants: Pick<GrantStore, 'spend' | 'revoke'>;
  signingKey: () => Promise<SigningKey>;
  writeLine: WriteLine;
  now: () => number;
};

/** What a grant flow answers: the tokens, or the refusal, and what the audit log should know. */
export type FlowOutcome = { note: Partial<Decision> } & (
  | { ok: true; tokens: TokenResponse }
  | { ok: false; refusal: Refusal }
);

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
  const authorization = request.header('authorization');
  const refused = (refusal: Refusal, note: Partial<Decision> = {}): Answer => ({
    reply: refusalReply(refusal, deps.issuer, challengeHeader(refusal, authorization)),
    decision: { verdict: 'refused', ...note, reason: refusal.reason, mistake: mistakeOf(refusal) },
  });

  const form = readForm(request);
  if (!form.ok) return refused(form.refusal);
  const unclear = refuseUnclear(form.value);
  if (unclear) return refused(unclear);
  const presented = presentedCredentials(authorization, form.value);
  if (!presented.ok) return refused(presented.refusal);
  const client = await authenticateClient(presented.value, deps.clients.find);
  if (!client.ok) return refused(client.refusal);
  const grantType = parseGrantType(form.value, client.value);
  if (!grantType.ok) return refused(grantType.refusal, { client: client.value.clientId });

  const outcome = await exchangeCode(form.value, client.value, deps);
  if (!outcome.ok) return refused(outcome.refusal, outcome.note);
  return { reply: jsonReply(200, outcome.tokens), decision: { verdict: 'allowed', ...outcome.note } };
}

/** RFC 6749 §5.2: only a client that tried the Authorization header is told how to use it; some clients hide the error behind the header. */
const challengeHeader = (refusal: Refusal, authorization: string | undefined): Record<string, string> =>
  authorization !== undefined && errorOf(refusal) === 'invalid_client'
    ? { 'www-authenticate': 'Basic realm="token", charset="UTF-8"' }
    : {};
