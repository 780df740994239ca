import type { Author } from '../../shared/clients/change.ts';
import { logChange, newChange } from '../../shared/clients/change-log.ts';
import { type HeldGrantStore, heldGrantStore } from '../../shared/grants/held-grant-store.ts';
import { type AccountStore, accountStore } from '../../shared/people/account-store.ts';
import { type ConsentStore, consentStore } from '../../shared/people/consent-store.ts';
import { type SessionStore, sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { type TidyUp, tidyingUp } from '../tidy-up.ts';

/** What operators see and change of people. */
export type People = {
  accounts: AccountStore;
  sessions: SessionStore;
  grants: HeldGrantStore;
  consents: ConsentStore;
  tidyUp: TidyUp;
  /** Writes what was done to an account into the change log. */
  log: (author: Author, sub: string, did: string) => Promise<void>;
};

export function openPeople(runtime: Runtime): People {
  const { config, database, now } = runtime;
  const { people, grants, clients } = config.tables;
  return {
    accounts: accountStore(database, people),
    sessions: sessionStore(database, people),
    grants: heldGrantStore(database, grants),
    consents: consentStore(database, people),
    tidyUp: tidyingUp(runtime),
    log: (author, sub, did) =>
      logChange(database, clients, newChange({ ...author, at: now(), account: sub, after: { did } }, 0)),
  };
}
