import { isInForce, isOfClient } from '../../../shared/grants/judge-standing.ts';
import { single } from '../../../shared/oauth/parameters.ts';
import { peoplePage, personPage } from '../../../shared/pages/console/people-page.ts';
import { type Account, isSubject } from '../../../shared/people/account.ts';
import { operatorScope } from '../../../shared/people/operators.ts';
import { clientsOf } from '../../clients-of.ts';
import type { ConsoleDeps } from '../console-deps.ts';
import type { ShowPage } from '../visit.ts';
import { missingPage } from './missing.ts';

export const showPeople: ShowPage = async ({ query }, { people }) => {
  const asked = single(query, 'q')?.trim();
  if (asked === undefined) return { page: peoplePage(undefined, []) };
  const { accounts } = people;
  const [known, named] = await Promise.all([
    isSubject(asked) ? accounts.findBySubject(asked) : undefined,
    accounts.findByUsername(asked),
  ]);
  // People may choose their usernames, and so the subject of somebody else: whoever asks sees both.
  const found = [known, known?.sub === named?.sub ? undefined : named].filter((one) => one !== undefined);
  return { page: peoplePage(asked, found) };
};

export const showPerson: ShowPage = async ({ name, operator }, deps) => {
  const { people, clients, now } = deps;
  const [account, sessions, { grants, missing }] = await Promise.all([
    people.accounts.findBySubject(name),
    people.sessions.list(name, now()),
    people.grants.listReachable(name),
  ]);
  if (account === undefined) return missingPage('account', 'people');
  const known = await clientsOf(grants, clients);
  return {
    page: personPage({
      account,
      sessions: sessions.toSorted((one, other) => other.authTime - one.authTime),
      // What a removed client got is shown, as it comes back with the client by a rollback; not to whoever has its id now.
      grants: grants.filter((grant) => {
        const client = known.get(grant.clientId);
        const isIts = client === undefined || isOfClient(grant, client);
        return isIts && isInForce(grant, account, grant.subject ?? grant.sub);
      }),
      missing,
      mayWrite: operator.mayWrite,
      isOperator: isOperator(account, deps),
    }),
  };
};

/** Whether a person manages the server: whoever could sign in as them could, too. */
export const isOperator = ({ claims, sub }: Account, { operators }: Pick<ConsoleDeps, 'operators'>): boolean =>
  operators !== undefined && operatorScope({ ...claims, sub }, operators).length > 0;
