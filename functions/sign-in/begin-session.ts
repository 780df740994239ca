import { addressBeginning } from '../../shared/counted-address.ts';
import type { Home } from '../../shared/home.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { readSessions, writeSessions } from '../../shared/http/session-cookie.ts';
import { parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Account } from '../../shared/people/account.ts';
import { carryOver, type SessionStore, subjectOf } from '../../shared/people/session-store.ts';

/** Lifetimes in seconds: of a session altogether and unused, and of one that the person wants to keep. */
export type SessionSettings = {
  issuer: string;
  sessionLifetime: number;
  sessionIdleLifetime: number;
  keptSessionLifetime: number;
  keptSessionIdleLifetime: number;
  /** Where this is, with several regions. */
  home: Home | undefined;
};

/**
 * Somebody has just proved who they are: `amr` says how (RFC 8176), `keep` whether the browser is theirs, `authTime` (epoch
 * seconds) when it was, where somebody else asked them before. `account` is what was read before they proved it, or what the
 * write says that proved it: what is taken back from then on takes this session along.
 */
export type SignedIn = {
  account: Pick<Account, 'sub' | 'epoch'>;
  amr: readonly string[];
  keep: boolean;
  authTime?: number | undefined;
};

/**
 * Starts a session with a new id, as the active one of this browser, and ends the one the same person had in it.
 * Other people's sessions stay. Returns the cookie.
 */
export async function beginSession(
  request: HttpRequest,
  { account: { sub, epoch }, amr, keep, authTime }: SignedIn,
  deps: SessionSettings & { sessions: Pick<SessionStore, 'start' | 'end'>; now: () => number },
): Promise<string> {
  const before = readSessions(request, deps.issuer);
  const [own, others] = [
    before.ids.filter((id) => subjectOf(id) === sub),
    before.ids.filter((id) => subjectOf(id) !== sub),
  ];
  const ended = await Promise.all(own.map((id) => deps.sessions.end(id)));
  const sessionId = await deps.sessions.start({
    sub,
    epoch,
    amr,
    now: deps.now(),
    authTime,
    lifetime: keep ? deps.keptSessionLifetime : deps.sessionLifetime,
    idleLifetime: keep ? deps.keptSessionIdleLifetime : deps.sessionIdleLifetime,
    // Whoever signs in again is not signed out of the apps; they are told when the new session ends.
    notices: carryOver(ended, deps.now()),
    userAgent: request.header('user-agent')?.slice(0, 200),
    place: addressBeginning(request.sourceIp),
    clientId: interruptedClient(request),
    home: deps.home,
  });
  const sessions = { ids: [sessionId, ...others], kept: keep || (before.kept && others.length > 0) };
  return writeSessions(deps.issuer, sessions, deps.keptSessionLifetime);
}

/** The client that somebody signs in for, as the query says: only its person is shown it. */
function interruptedClient({ rawQuery }: HttpRequest): string | undefined {
  const query = parseParameters(rawQuery);
  return query.ok ? single(query.value, 'client_id')?.slice(0, 200) : undefined;
}
