import { createHmac, type KeyObject } from 'node:crypto';
import type { HttpRequest } from '../../../shared/http/request.ts';
import { readSessions } from '../../../shared/http/session-cookie.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { type SessionStore, subjectOf } from '../../../shared/people/session-store.ts';
import { readAccessToken } from '../../../shared/tokens/access-token.ts';
import { judgeCaller, type OperatorPerson } from '../../admin/authorize-caller.ts';
import type { CallerDeps } from '../../admin/operation.ts';
import type { ConsoleClient, Tokens } from './console-client.ts';
import type { ConsoleCookies } from './console-cookies.ts';

/** Who is at the console, and may read. `by` is for the change log. */
export type Operator = {
  person: OperatorPerson;
  by: string;
  mayWrite: boolean;
  /** For the forms of the pages: bound to the grant, so that it is worth nothing in another browser or after it. */
  formToken: string;
  /** What is to be kept in the browser. */
  cookies: readonly string[];
};

export type ReadOperatorDeps = CallerDeps & {
  client: Pick<ConsoleClient, 'refresh'>;
  cookies: Pick<ConsoleCookies, 'tokens' | 'writeTokens' | 'forgetTokens'>;
  sessions: Pick<SessionStore, 'find'>;
  /** A key of the server; others are derived from it. */
  key: () => Promise<KeyObject>;
};

/** `nobody`: they have to sign in. `refused`: signed in, and may not; `person` where that is known. */
export type FoundOperator =
  | { found: 'operator'; operator: Operator }
  | { found: 'nobody' }
  | { found: 'refused'; refusal: Refusal; person?: OperatorPerson; formToken: string };

/** An access token is used for a moment after it was read. Seconds. */
const stillGoodFor = 5;

/**
 * The operator of a request: by the tokens in its cookie, which are refreshed here when they are over, and by the session of the browser
 * at this server: whoever signs out, or whose session was ended, is out of the console at once. The grant, the account and the claim
 * that makes an operator are read again at every request, as the management API does.
 */
export async function readOperator(request: HttpRequest, deps: ReadOperatorDeps): Promise<FoundOperator> {
  const held = await deps.cookies.tokens(request);
  const current = held && (await renewed(held, deps));
  if (current === undefined) return { found: 'nobody' };
  const { tokens, cookies } = current;
  const claims = await readAccessToken(tokens.access, deps.issuer, await deps.publishedKeys(), deps.now());
  if (claims?.grant_id === undefined) return { found: 'nobody' };
  const [caller, isSignedIn] = await Promise.all([
    judgeCaller(claims, 'pixy:read', deps),
    hasSession(request, claims.sub, deps),
  ]);
  if (!isSignedIn) return { found: 'nobody' };
  const formToken = formTokenOf(await deps.key(), claims.grant_id);
  const { person } = caller;
  if (caller.refusal) return { found: 'refused', refusal: caller.refusal, ...(person && { person }), formToken };
  if (person === undefined) return { found: 'nobody' };
  const { by, mayWrite } = caller;
  return { found: 'operator', operator: { person, by, mayWrite, formToken, cookies } };
}

/** The tokens, and the cookie for new ones. Undefined when they are over, and the server gives no others. */
async function renewed(
  held: Tokens,
  { client, cookies, now }: ReadOperatorDeps,
): Promise<{ tokens: Tokens; cookies: string[] } | undefined> {
  if (now() + stillGoodFor < held.expiresAt) return { tokens: held, cookies: [] };
  if (held.refresh === undefined) return undefined;
  const fresh = await client.refresh(held.refresh).catch(() => undefined);
  return fresh && { tokens: fresh, cookies: [await cookies.writeTokens(fresh)] };
}

/** Whether this person is signed in at this server in this browser. Several people may be. */
async function hasSession(
  request: HttpRequest,
  sub: string,
  { issuer, sessions, now }: ReadOperatorDeps,
): Promise<boolean> {
  const own = readSessions(request, issuer).ids.filter((id) => subjectOf(id) === sub);
  const found = await Promise.all(own.map((id) => sessions.find(id, now())));
  return found.some((session) => session !== undefined);
}

const formTokenOf = (key: KeyObject, grantId: string): string =>
  createHmac('sha256', key).update(`console forms ${grantId}`).digest('base64url');
