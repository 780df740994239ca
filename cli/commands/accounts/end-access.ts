import { grantStore } from '../../../shared/grants/grant-store.ts';
import type { Account } from '../../../shared/people/account.ts';
import { plural } from '../../output.ts';
import type { People } from './open-accounts.ts';

export type EndedAccess = { sessions: number; grants: number };

/**
 * Ends every session of a person and revokes every grant. No index lists all grants of a person, which would cost every sign-in a
 * second write, so this scans the whole table. Sessions are ended once more at the end, in case the person was just signing in.
 */
export async function endAccess(people: People, { sub }: Account, now: number): Promise<EndedAccess> {
  const ended = await people.sessions.endAll(sub, now);
  const grants = grantStore(people.database, people.table('grants'));
  let revoked = 0;
  const found = people.scan('grants', {
    filter: '#sub = :sub AND #state <> :revoked',
    names: { '#sub': 'sub', '#state': 'state', '#id': 'id' },
    values: { ':sub': sub, ':revoked': 'revoked' },
    projection: '#id',
  });
  for await (const { id } of found) {
    await grants.revoke(id as string, now);
    revoked += 1;
  }
  return { sessions: ended + (await people.sessions.endAll(sub, now)), grants: revoked };
}

export const endedText = ({ sessions, grants }: EndedAccess): string =>
  `  ended ${plural(sessions, 'session')}, revoked ${plural(grants, 'grant')}\n`;
