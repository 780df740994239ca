import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { PendingStore } from '../../shared/people/totp-pending-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import type { NotifyPerson } from '../notify-person.ts';
import type { PushedRequests } from '../open-pushed-requests.ts';
import type { SessionSettings } from './begin-session.ts';

export type SecondFactorDeps = SessionSettings & {
  accounts: Pick<AccountStore, 'findBySubject'>;
  pushedRequests: PushedRequests;
  totps: Pick<TotpStore, 'find' | 'useStep' | 'noteOff' | 'useRecoveryCode'>;
  pendings: Pick<PendingStore, 'find' | 'spend'>;
  sessions: Pick<SessionStore, 'start' | 'end'>;
  throttle: Pick<ThrottleStore, 'countProof'>;
  notify: NotifyPerson;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
