import * as v from 'valibot';
import { describeSession } from '../../../shared/people/describe-session.ts';
import { ok, refuse } from '../../../shared/result.ts';
import { notFound } from '../document.ts';
import type { Operation, OperationDeps, QueryParameter } from '../operation.ts';

/*
 * Where a person is signed in. The subject is all there is of an account here: who somebody is, how they sign in and what they are called
 * are not managed by this API.
 */

const sessionId = /^[\w-]{43}$/;

const session: QueryParameter = {
  schema: v.pipe(v.string('is missing'), v.regex(sessionId, 'is not the id of a session')),
  json: { type: 'string', pattern: sessionId.source },
  description: 'The id of the session, as the list has it.',
};

const noAccount = (sub: string) => refuse(notFound(`There is no account ${sub}.`));

export const listSessions: Operation = {
  id: 'listSessions',
  summary: 'Lists where a person is signed in, the latest sign-in first',
  method: 'GET',
  path: '/admin/accounts/{sub}/sessions',
  scope: 'pixy:read',
  status: 200,
  answer: 'SessionList',
  refuses: ['resource_not_found'],
  async perform({ name, now }, { accounts, sessions }) {
    if (!(await accounts.isSubject(name))) return noAccount(name);
    const found = await sessions.list(name, now);
    const newestFirst = found.toSorted((one, other) => other.authTime - one.authTime);
    return ok({ document: { sessions: newestFirst.map(describeSession) } });
  },
};

export const endSession: Operation = {
  id: 'endSession',
  summary: 'Ends one session of a person; the others go on',
  method: 'DELETE',
  path: '/admin/accounts/{sub}/sessions',
  scope: 'pixy:write',
  query: { session },
  status: 200,
  answer: 'EndedSessions',
  refuses: ['resource_not_found'],
  async perform({ name, query, author }, deps) {
    if (!(await deps.accounts.isSubject(name))) return noAccount(name);
    const { session: id } = query as { session: string };
    if (!(await endOneSession(name, id, deps))) return refuse(notFound(`${name} has no session ${id}.`));
    await deps.logAccount(author, name, sessionEnded);
    return ok({ document: { sub: name, ended_sessions: 1 } });
  },
};

/** What the change log says of it. */
export const sessionEnded = 'one session ended';

/** Ends a session by its id in the list, with what it gave to apps where that ends with it. False when there is none. */
export async function endOneSession(
  sub: string,
  id: string,
  { sessions, endListed }: Pick<OperationDeps, 'sessions' | 'endListed'>,
): Promise<boolean> {
  if ((await sessions.findListed(sub, id, true)) === undefined) return false;
  await endListed(sub, id);
  return true;
}
