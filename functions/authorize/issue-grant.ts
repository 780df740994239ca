import { codeLifetimeFor } from '../../shared/clients/profile.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type IssuedGrant, issueCode } from '../../shared/grants/issue-code.ts';
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
  /** The item of a request that was pushed, which becomes the grant. */
  pushedId: string | undefined;
  mintIdToken: MintIdToken | undefined;
};

/**
 * Writes the grant and keeps the session alive. Answers with the code, and with the ID token of the hybrid flow. A pushed request may
 * have been completed by another attempt of the same moment.
 */
export async function issueGrant(
  admitted: AdmittedRequest,
  {
    client,
    redirectUri,
    redirectUriSent,
    sessionId,
    session,
    clientEpoch,
    subject,
    sealKeys,
    pushedId,
    mintIdToken,
  }: Granting,
  deps: Pick<
    AuthorizeDeps,
    'accounts' | 'grants' | 'pushedRequests' | 'renewClient' | 'sessions' | 'revokesAtSignOut' | 'codeLifetime' | 'home'
  >,
  now: number,
): Promise<{ code: string; id_token: string | undefined } | 'completed before'> {
  const { clientId, since: clientSince } = client;
  const { sub, epoch, authTime, amr } = session;
  const { scope, details, resources, nonce, challenge, dpopJkt } = admitted;
  const claims = await requestedClaims(admitted, sub, deps);
  // A client that wants to be told when the session ends knows it by a name; so does a grant that ends with it.
  const isBound = client.backchannelLogoutUri !== undefined || deps.revokesAtSignOut;
  const sid = isBound ? listedIdOf(sessionId) : undefined;
  const granted = {
    clientId,
    clientSince,
    sub,
    subject,
    epoch,
    clientEpoch,
    authTime,
    amr,
    acr: toldAcr(admitted, amr),
    scope,
    details,
    resources,
    nonce,
    challenge,
    dpopJkt,
  };
  const { code, grant } = issueCode(
    { ...granted, ...claims, sid, redirectUri, redirectUriSent },
    sealKeys,
    now,
    codeLifetimeFor(client, deps.codeLifetime),
    pushedId,
    deps.home,
  );
  const idToken = await mintIdToken?.(grant, code);
  const [isIssued] = await Promise.all([
    issue(grant, deps),
    deps.renewClient?.(client, now),
    deps.sessions.keepAlive(sessionId, session, now),
    ...(sid === undefined ? [] : [deps.sessions.note(sessionId, session, { clientId, clientSince }, subject)]),
  ]);
  return isIssued ? { code, id_token: idToken } : 'completed before';
}

async function issue(
  { codeHash, ...grant }: IssuedGrant,
  deps: Pick<AuthorizeDeps, 'grants' | 'pushedRequests'>,
): Promise<boolean> {
  if (codeHash !== undefined && deps.pushedRequests)
    return (await deps.pushedRequests()).complete({ ...grant, codeHash });
  await deps.grants.issue(grant);
  return true;
}

/** The class for the tokens: the best of those that were asked for, else the one of the session. */
function toldAcr({ acrValues, claims }: AdmittedRequest, amr: readonly string[]): string {
  const wanted = claims.acr?.values ?? [];
  return reachedAcr(amr, wanted.length > 0 ? wanted : acrValues) ?? acrOf(amr);
}
