import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import type { RefreshKeys } from '../../shared/grants/refresh-token.ts';
import { acrOf, reachedAcr } from '../../shared/oauth/authentication-context.ts';
import type { RegisteredRedirectUri } from '../../shared/oauth/redirect-uri.ts';
import type { Session } from '../../shared/people/session.ts';
import { listedIdOf } from '../../shared/people/session-store.ts';
import type { AdmittedRequest } from './admit-request.ts';
import type { AuthorizeDeps, MintIdToken } from './authorize-deps.ts';
import { requestedClaims } from './requested-claims.ts';

/** Who asks, where the answer goes, and in which session. */
export type Granting = {
  client: RegisteredClient;
  redirectUri: RegisteredRedirectUri;
  redirectUriSent: boolean;
  sessionId: string;
  session: Session;
  clientEpoch: number;
  /** What the client knows the person by, if not by the account's subject. */
  subject: string | undefined;
  /** What the code is sealed with. */
  sealKeys: RefreshKeys;
  mintIdToken: MintIdToken | undefined;
};

/** Writes the grant and keeps the session alive. Answers with the code, and with the ID token of the hybrid flow. */
export async function issueGrant(
  admitted: AdmittedRequest,
  { client, redirectUri, redirectUriSent, sessionId, session, clientEpoch, subject, sealKeys, mintIdToken }: Granting,
  deps: Pick<AuthorizeDeps, 'accounts' | 'grants' | 'renewClient' | 'sessions' | 'revokesAtSignOut' | 'codeLifetime'>,
  now: number,
): Promise<{ code: string; id_token: string | undefined }> {
  const { clientId } = client;
  const { sub, epoch, authTime, amr } = session;
  const { scope, resources, nonce, challenge } = admitted;
  const claims = await requestedClaims(admitted, sub, deps);
  // A client that wants to be told when the session ends knows it by a name; so does a grant that ends with it.
  const isBound = client.backchannelLogoutUri !== undefined || deps.revokesAtSignOut;
  const sid = isBound ? listedIdOf(sessionId) : undefined;
  const granted = {
    clientId,
    sub,
    subject,
    epoch,
    clientEpoch,
    authTime,
    amr,
    acr: toldAcr(admitted, amr),
    scope,
    resources,
    nonce,
    challenge,
  };
  const { code, grant } = issueCode(
    { ...granted, ...claims, sid, redirectUri, redirectUriSent },
    sealKeys,
    now,
    deps.codeLifetime,
  );
  const idToken = await mintIdToken?.(grant, code);
  await Promise.all([
    deps.grants.issue(grant),
    deps.renewClient?.(client, now),
    deps.sessions.keepAlive(sessionId, session, now),
    ...(sid === undefined ? [] : [deps.sessions.note(sessionId, session, clientId, subject)]),
  ]);
  return { code, id_token: idToken };
}

/** The class for the tokens: the best of those that were asked for, else the one of the session. */
function toldAcr({ acrValues, claims }: AdmittedRequest, amr: readonly string[]): string {
  const wanted = claims.acr?.values ?? [];
  return reachedAcr(amr, wanted.length > 0 ? wanted : acrValues) ?? acrOf(amr);
}
