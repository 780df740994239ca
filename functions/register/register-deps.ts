import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { HandOver } from '../../shared/mail/hand-over.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { PushedRequests } from '../open-pushed-requests.ts';
import type { SessionSettings } from '../sign-in/begin-session.ts';

export type RegisterDeps = SessionSettings & {
  /** Off unless a deployment switches it on: then there is no such page. */
  registration: boolean;
  pushedRequests: PushedRequests;
  accounts: Pick<AccountStore, 'add' | 'findBySubject'>;
  sessions: Pick<SessionStore, 'start' | 'end'>;
  throttle: Pick<ThrottleStore, 'countRegistration' | 'countMailRequest'>;
  /** Where the order for the mail goes that proves the address. Absent: no mail is sent. */
  handOver: HandOver | undefined;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
