import { Command } from 'commander';
import { describeSession } from '../../../shared/people/describe-session.ts';
import type { ListedSession } from '../../../shared/people/session-store.ts';
import { briefTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import { examples, storeOptions } from '../../options.ts';
import { plural, table } from '../../output.ts';
import { allAccounts } from './list.ts';
import { findAccount, openPeople } from './open-accounts.ts';
import { named } from './present-account.ts';

export const sessionsCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('sessions'))
      .description('Lists where a person is signed in.')
      .argument('<account>', 'username, email address or sub')
      .action((account: string) => listSessions(context, account)),
    'pixy accounts sessions ada',
  );

export const revokeSessionsCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('revoke-sessions'))
      .description(
        'Signs a person out everywhere, apps included, or ends one session. Access tokens that an API verifies by itself stay valid until they expire.',
      )
      .argument('[account]', 'username, email address or sub')
      .option('--session <id>', 'end only this session')
      .option('--everybody', 'of all accounts, links for passwords as well: after a backup was restored')
      .option('--yes', 'confirm --everybody')
      .action((account: string | undefined, { session, everybody, yes }: RevokeFlags) => {
        if (everybody) return revokeEverything(context, account ?? session, yes);
        if (account === undefined) throw wrongUsage('Name the account, or say --everybody.');
        return revokeSessions(context, account, session);
      }),
    'pixy accounts revoke-sessions ada',
    'pixy accounts revoke-sessions ada --session 7sZ0…',
    'pixy accounts revoke-sessions --everybody --yes',
  );

type RevokeFlags = { session?: string; everybody?: true; yes?: true };

async function listSessions(context: Context, name: string): Promise<void> {
  const people = await openPeople(context);
  const account = await findAccount(people, name);
  const sessions = await people.sessions.list(account.sub, context.now());
  const newestFirst = sessions.toSorted((one, other) => other.authTime - one.authTime);
  context.print({
    json: newestFirst.map(describeSession),
    text:
      sessions.length === 0
        ? `Nobody is signed in as ${named(account)}.\n`
        : table(['session', 'signed in', 'with', 'ends', 'idle until', 'browser'], newestFirst.map(rowOf)),
  });
}

const rowOf = ({ id, authTime, amr, expiresAt, idleUntil, userAgent = '' }: ListedSession): string[] => [
  id,
  briefTime(authTime),
  amr.join(' '),
  briefTime(expiresAt),
  briefTime(idleUntil),
  userAgent.slice(0, 60),
];

async function revokeSessions(context: Context, name: string, id: string | undefined): Promise<void> {
  const people = await openPeople(context);
  const account = await findAccount(people, name);
  const ended = id === undefined ? await endAll() : await endOne(id);
  context.print({
    json: { sub: account.sub, ended_sessions: ended },
    text: `Ended ${plural(ended, 'session')} of ${named(account)}.\n`,
  });

  async function endAll(): Promise<number> {
    // When somebody else was first, what was there is over as well.
    await people.accounts.takeBackAll(account.sub, account.epoch);
    return people.sessions.endAll(account.sub, context.now());
  }

  async function endOne(session: string): Promise<number> {
    const known = await people.sessions.list(account.sub, context.now());
    if (!known.some((each) => each.id === session)) {
      throw new Failure(`${named(account)} has no session ${session}.`);
    }
    await people.sessions.endListed(account.sub, session);
    return 1;
  }
}

/** Repeating it, after an interruption as well, only signs people out again. */
async function revokeEverything(context: Context, other: string | undefined, isMeant = false): Promise<void> {
  if (other !== undefined) throw wrongUsage('Say either an account or --everybody.');
  if (!isMeant) throw new Failure('Everybody has to sign in again, in all apps. Add --yes if that is meant.');
  const people = await openPeople(context);
  let accounts = 0;
  for await (const some of inParts(allAccounts(people), together)) {
    await Promise.all(some.map(({ sub }) => people.accounts.takeBackWhateverWas(sub)));
    accounts += some.length;
  }
  context.print({
    json: { accounts },
    text: `Ended every session, grant and link of ${plural(accounts, 'account')}.\n`,
  });
}

/** Accounts that are written at the same time. */
const together = 20;

async function* inParts<Item>(all: AsyncIterable<Item>, most: number): AsyncGenerator<Item[]> {
  let part: Item[] = [];
  for await (const one of all) {
    part.push(one);
    if (part.length < most) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
