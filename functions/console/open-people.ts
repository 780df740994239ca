import { type AccountStore, accountStore } from '../../shared/people/account-store.ts';
import { type ConsentStore, consentStore } from '../../shared/people/consent-store.ts';
import { type HeldGrants, heldGrants } from '../homes/held-grants.ts';
import { type LogAccount, loggingAccounts } from '../log-account.ts';
import type { Runtime } from '../runtime.ts';
import { type EndingSessions, endingSessions } from '../sign-out/ending-sessions.ts';
import { type TidyUp, tidyingUp } from '../tidy-up.ts';

/** What operators see and change of people. */
export type People = {
  accounts: AccountStore;
  sessions: EndingSessions;
  grants: HeldGrants;
  consents: ConsentStore;
  tidyUp: TidyUp;
  /** Writes what was done to an account into the change log. */
  log: LogAccount;
};

export function openPeople(runtime: Runtime): People {
  const { config, database } = runtime;
  const { people } = config.tables;
  return {
    accounts: accountStore(database, people),
    sessions: endingSessions(runtime, { mayRevoke: true }),
    grants: heldGrants(runtime),
    consents: consentStore(database, people),
    tidyUp: tidyingUp(runtime),
    log: loggingAccounts(runtime),
  };
}
